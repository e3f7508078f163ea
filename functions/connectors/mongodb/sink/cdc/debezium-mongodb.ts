import { documentOf, elementOf, elementsOf, toElement } from '../../bson/elements.ts';
import { jsonToBson, jsonToValue } from '../../bson/json-to-bson.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import type { IdSource } from '../id-strategies.ts';
import type { CdcHandler, CdcWrite } from './cdc-handler.ts';
import { parseDebeziumDescription } from './debezium-description.ts';
import { type DebeziumOperation, debeziumOperationOf } from './debezium-operation.ts';
import { type Envelope, filledOf, invalid, memberOf, openEnvelope, textIn } from './envelope.ts';

/** Events of Debezium's connector for MongoDB that tails the oplog: `…cdc.debezium.mongodb.MongoDbHandler`. */
export const debeziumOplogHandler: CdcHandler = (source) => handle(source, patched);

/** Events of the one that reads change streams: `…cdc.debezium.mongodb.ChangeStreamHandler`. */
export const debeziumChangeStreamHandler: CdcHandler = (source) => handle(source, updated);

type Update = (event: Envelope, key: Envelope) => CdcWrite;

/** Key: `{id}`, the `_id` as JSON text. Value: `{op, after}`, the document as JSON text. */
function handle({ record, key, value }: IdSource, update: Update): CdcWrite {
  const keyDocument = filledOf(key());
  if (!keyDocument) throw invalid(record, 'Key document must not be missing for CDC mode');
  const keyEnvelope = openEnvelope(keyDocument, record);
  const document = filledOf(value());
  if (!document && memberOf(keyEnvelope, 'id')) return undefined;
  const event = openEnvelope(document ?? documentOf([]), record);
  const operation = debeziumOperationOf(event);
  return typeof operation === 'string' ? WRITES[operation](event, keyEnvelope, update) : operation;
}

const WRITES: Readonly<Record<DebeziumOperation, (event: Envelope, key: Envelope, update: Update) => CdcWrite>> = {
  c: (event) => upsert(event, jsonDocumentIn(event, 'after')),
  r: (event) => upsert(event, jsonDocumentIn(event, 'after')),
  u: (event, key, update) => update(event, key),
  d: (_event, key) => ({ op: 'deleteOne', filter: filterOf(key) }),
};

/** The oplog's patch: a whole document, or update operators and the version of their format. */
function patched(event: Envelope, key: Envelope): CdcWrite {
  const patch = elementsOf(jsonDocumentIn(event, 'patch')).filter(({ name }) => name !== '$v');
  if (elementOf(patch, '_id')) return upsert(event, documentOf(patch));
  const filter = filterOf(key);
  const isOperators = patch.length > 0 && patch.every(({ name }) => name.startsWith('$'));
  if (!isOperators) throw invalid(event.record, 'Expected a patch of update operators, got another document');
  return { op: 'updateOne', filter, update: documentOf(patch), upsert: false };
}

/** `after` is null where the document was deleted before it was looked up; the description still says what changed. */
function updated(event: Envelope, key: Envelope): CdcWrite {
  const description = memberOf(event, 'updateDescription');
  if (memberOf(event, 'after')?.type === BSON_TYPE.null && description?.type === BSON_TYPE.document) {
    const changes = parseDebeziumDescription(description.value, event.record);
    return { op: 'described', filter: filterOf(key), description: changes, upsert: false };
  }
  return { op: 'replaceOne', filter: filterOf(key), replacement: jsonDocumentIn(event, 'after'), upsert: true };
}

function upsert(event: Envelope, document: Uint8Array): CdcWrite {
  const id = elementOf(elementsOf(document), '_id');
  if (!id) throw invalid(event.record, 'Expected a document with an _id, got one without');
  return { op: 'replaceOne', filter: documentOf([id]), replacement: document, upsert: true };
}

const filterOf = (key: Envelope): Uint8Array => {
  const { type, value } = jsonToValue(textIn(key, 'id'));
  return documentOf([toElement('_id', type, value)]);
};

const jsonDocumentIn = (event: Envelope, name: string): Uint8Array =>
  jsonToBson(Buffer.from(textIn(event, name), 'utf8'));
