import { BSON_TYPE } from '../../bson/types.ts';
import type { IdSource } from '../id-strategies.ts';
import type { CdcWrite } from './cdc-handler.ts';
import { documentIn, type Envelope, filledOf, isText, memberOf, openEnvelope, textOf, unexpected } from './envelope.ts';
import { parseUpdateDescription } from './update-description.ts';

/**
 * Change events of MongoDB, as `com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler` reads them. The
 * record's key is not read; a tombstone needs no write.
 */
export function changeStreamHandler({ record, value }: IdSource): CdcWrite {
  const document = value();
  if (document === undefined) return undefined;
  const event = openEnvelope(document, record);
  const operation = operationIn(event);
  switch (operation.toLowerCase()) {
    case 'insert':
    case 'replace':
      return replacement(event, true);
    case 'update':
      return update(event);
    case 'delete':
      return { op: 'deleteOne', filter: filterOf(event) };
    default:
      return { op: 'ignored', event: EVENTS.find((event) => event === operation) ?? 'unknown' };
  }
}

let lastOperation = '';

/** Events in a row are of one operation, whose text is not made again. */
function operationIn(event: Envelope): string {
  const member = memberOf(event, 'operationType');
  if (member?.type !== BSON_TYPE.string) throw unexpected(event.record, 'operationType to be a text', member);
  if (!isText(member, lastOperation)) lastOperation = textOf(member);
  return lastOperation;
}

/** Those that concern no document; a name that is not among them may be anything, so that no log quotes it. */
const EVENTS = [
  'create',
  'createIndexes',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'endOfTransaction',
  'invalidate',
  'modify',
  'refineCollectionShardKey',
  'rename',
  'reshardCollection',
  'shardCollection',
];

function update(event: Envelope): CdcWrite {
  const full = memberOf(event, 'fullDocument');
  // null: the document was deleted before the server looked it up; the description still says what changed
  const isGone = full?.type === BSON_TYPE.null && memberOf(event, 'updateDescription') !== undefined;
  if (full && !isGone) return replacement(event, false);
  const filter = filterOf(event);
  const description = parseUpdateDescription(documentIn(event, 'updateDescription'), event.record);
  return { op: 'described', filter, description, upsert: false };
}

function replacement(event: Envelope, upsert: boolean): CdcWrite {
  const filter = documentIn(event, 'documentKey');
  return { op: 'replaceOne', filter, replacement: documentIn(event, 'fullDocument'), upsert };
}

/** A replacement has the `_id` that the server holds against the document it found; a delete or update has not. */
function filterOf(event: Envelope): Uint8Array {
  const filter = filledOf(documentIn(event, 'documentKey'));
  if (filter) return filter;
  throw unexpected(event.record, 'a field in documentKey: without one any document would fit', undefined);
}
