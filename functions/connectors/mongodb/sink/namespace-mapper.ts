import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { fieldOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import type { IdSource } from './id-strategies.ts';
import { refuseDatabaseName } from './properties-namespace.ts';
import type { Namespace } from './write-models.ts';

/** The paths of FieldPathNamespaceMapper; empty ones keep the default. */
export type NamespacePaths = {
  readonly database: { readonly side: 'key' | 'value'; readonly path: string } | undefined;
  readonly collection: { readonly side: 'key' | 'value'; readonly path: string } | undefined;
  readonly isStrict: boolean;
};

/** Where a record goes: the connector's namespace, or what the fields of the record say. */
export function namespaceOf(source: IdSource, fixed: Namespace, paths: NamespacePaths | undefined): Namespace {
  const collection = fixed.collection === '' ? source.record.topic : fixed.collection;
  if (!paths) return { database: fixed.database, collection };
  const found = {
    database: textAt(source, paths.database, paths.isStrict) ?? fixed.database,
    collection: textAt(source, paths.collection, paths.isStrict) ?? collection,
  };
  const refused = refuseDatabaseName(found.database);
  if (refused !== undefined) throw invalid(refused, source.record);
  if (found.collection === '' || found.collection.includes('\0')) {
    throw invalid('Expected a collection name, got an empty text or one with a zero character', source.record);
  }
  return found;
}

function textAt(source: IdSource, at: NamespacePaths['database'], isStrict: boolean): string | undefined {
  if (!at) return undefined;
  const document = source[at.side]();
  if (document === undefined) {
    if (isStrict) throw invalid(`Invalid ${at.side} document: it is absent`, source.record);
    return undefined;
  }
  const element = lookUp(document, at.path);
  if (element?.type === BSON_TYPE.string) {
    return Buffer.from(element.value).toString('utf8', 4, element.value.length - 1);
  }
  if (!isStrict) return undefined;
  throw invalid(
    element
      ? `Invalid type for ${at.side} field path '${at.path}', expected a string, got BSON type ${element.type}`
      : `Missing document path '${at.path}' in the ${at.side}`,
    source.record,
  );
}

/** First the whole path as a name, then its part before the first dot as a document; arrays are not entered. */
function lookUp(document: Uint8Array, path: string): { type: number; value: Uint8Array } | undefined {
  const whole = fieldOf(document, path);
  if (whole) return whole;
  const dot = path.indexOf('.');
  if (dot < 0 || dot === path.length - 1) return undefined;
  const below = fieldOf(document, path.slice(0, dot));
  return below?.type === BSON_TYPE.document ? lookUp(below.value, path.slice(dot + 1)) : undefined;
}

const invalid = (what: string, record: SinkRecord): DataError =>
  new DataError('RECORD_INVALID', `${what} at ${positionOf(record)}`);
