import type { Case } from './case-file.ts';
import { isReadable } from './to-record.ts';

const NOT_BUILT = 'Not built yet: ';

/** Cases that come out otherwise on purpose. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  'batching/big interleave': 'a batch goes on after records of another namespace',
  'cdc-mongodb/update truncatedArrays odd items': 'what can not be applied is an error, never left out in silence',
  'errors/command error all': 'a user without the right to write is not the fault of a record: it comes again',
  'errors/second batch command error all': 'the same',
  'errors/bad record before write error all': 'the record behind the rejected one is written, as in its sisters',
  'errors/encode error data': 'a document that can not be encoded is a data error like any other',
  'renaming/mapping swap': 'two fields that swap their names both stay; the peer loses one',
  'renaming/regexp dollar escape': "a document that can not be written is its own record's problem alone",
  'writemodel/business key flatten empty': 'without errors.tolerance the empty key holds its topic-partition',
  'namespace/field coll value nul': 'no server takes the name, so the record is rejected before it is sent',
};

/** Why a case can't be run here, or comes out otherwise on purpose; nothing where it has to match. */
export function otherwise(
  { name, mode, improved, server, records = [] }: Case,
  problems: readonly { readonly message: string }[],
): string | undefined {
  const notBuilt = problems.map(({ message }) => message).find((message) => message.includes(NOT_BUILT));
  if (notBuilt !== undefined) return `not built: ${notBuilt.slice(notBuilt.indexOf(NOT_BUILT) + NOT_BUILT.length)}`;
  if (mode === 'connect' && server) return 'the server is looked at when something is written, not before';
  if (!records.every(isReadable)) return 'not built: JsonConverter';
  if (improved?.effect) return 'needs a database';
  return ON_PURPOSE[name];
}
