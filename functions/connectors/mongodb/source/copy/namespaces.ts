import { documentsOf, findElement, textOf } from '../../bson/element-reader.ts';
import type { Namespace } from '../namespace-map.ts';
import type { SourceConfig } from '../properties.ts';
import type { CopyReader } from './copy-reader.ts';
import type { CopySettings } from './copy-settings.ts';
import { nameOf } from './range.ts';

export type CopiedNamespace = {
  readonly namespace: Namespace;
  /** A view or a time series has no index of `_id`. */
  readonly isCollection: boolean;
};

/** The server's own. (The peer leaves out every database whose name begins so.) */
const SYSTEM_DATABASES = new Set(['admin', 'config', 'local']);

/** The namespaces to copy, in the order of the server: what the connector watches, as far as `namespace.regex` finds it. */
export async function listNamespaces(
  { database, collection }: SourceConfig,
  { namespaceRegex }: CopySettings,
  reader: Pick<CopyReader, 'ask' | 'list'>,
): Promise<readonly CopiedNamespace[]> {
  const found: CopiedNamespace[] = [];
  for (const name of database === '' ? await listDatabases(reader) : [database]) {
    found.push(...(await listCollections(name, collection, reader)));
  }
  return found.filter(({ namespace }) => !namespaceRegex || namespaceRegex.test(nameOf(namespace)));
}

async function listDatabases({ ask }: Pick<CopyReader, 'ask'>): Promise<readonly string[]> {
  const { databases } = await ask('admin', { listDatabases: 1, nameOnly: true });
  const entries = Buffer.isBuffer(databases) ? documentsOf(databases) : [];
  return entries.map((entry) => memberOf(entry, 'name')).filter((name) => name !== '' && !SYSTEM_DATABASES.has(name));
}

/** Without `system.` collections, unless one is named. Who may read a collection may ask for its name. */
async function listCollections(
  database: string,
  collection: string,
  { list }: Pick<CopyReader, 'list'>,
): Promise<readonly CopiedNamespace[]> {
  const filter = collection === '' ? undefined : { name: collection };
  const entries = await list(database, {
    listCollections: 1,
    ...(filter && { filter }),
    nameOnly: true,
    authorizedCollections: true,
  });
  return entries
    .map((entry) => ({
      namespace: { database, collection: memberOf(entry, 'name') },
      isCollection: memberOf(entry, 'type') === 'collection',
    }))
    .filter(({ namespace: { collection: name } }) =>
      collection === '' ? !name.startsWith('system.') : name === collection,
    );
}

const memberOf = (entry: Buffer | undefined, name: string): string =>
  (entry && textOf(entry, findElement(entry, name))) ?? '';
