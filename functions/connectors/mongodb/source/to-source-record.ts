import type { Data } from '../../../connect/converters/converter.ts';
import { DataError } from '../../../connect/errors.ts';
import type { OutputBuffer } from '../../../connect/output-buffer.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { documentOf, findElement, textOf } from '../bson/element-reader.ts';
import { createScanEvent, type EventHeader, isPresent, type Member } from '../bson/event-header.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { createKeyOutput, createValueOutput } from './create-output.ts';
import type { SourceConfig } from './properties.ts';
import { tokenKey } from './token-key.ts';
import { createTopicMapper } from './topic-mapper.ts';

/**
 * Makes the record of a change event. `unpublished`: the configuration leaves such events out. `no-topic`: it names no
 * database, as an invalidate event does, so there is no topic for it.
 */
export type ToSourceRecord = (event: Buffer, out: OutputBuffer) => SourceRecord | 'unpublished' | 'no-topic';

/**
 * Prepares the conversion for a configuration: it is done once for each event, so that nothing is decided in it that
 * the configuration decides.
 *
 * The conversion throws a DataError where the event cannot be a record.
 */
export function createToSourceRecord(config: SourceConfig): ToSourceRecord {
  const scanEvent = createScanEvent();
  const topicOf = createTopicOf(config);
  const toKey = createToKey(config);
  const toValue = createValueOutput(config);

  return (event, out) => {
    const header = scanEvent(event);
    expectDocument(header.id, '_id');
    const topic = topicOf(header);
    if (topic === '') return 'no-topic';
    const { fullDocument } = header;
    const isWhole = !config.publishFullDocumentOnly;
    const hasValue = isWhole || fullDocument.type === BSON_TYPE.document;
    if (!hasValue && !(config.publishFullDocumentOnlyTombstoneOnDelete && deletesDocument(header))) {
      return 'unpublished';
    }
    const key = toKey(header, out);
    const start = isWhole ? 0 : fullDocument.start;
    const end = isWhole ? event.length : fullDocument.end;
    const data = hasValue ? toValue(event, start, end, out) : NOTHING;
    return { topic, keySchema: key.schema, key: key.value, valueSchema: data.schema, value: data.value };
  };
}

/** What a tombstone has for a value. */
const NOTHING: Data = { schema: null, value: null };

function createToKey(config: SourceConfig): (header: EventHeader, out: OutputBuffer) => Data {
  const toKey = createKeyOutput(config);
  // a schema picks its fields from the whole event
  if (config.outputFormatKey === 'schema') return ({ bytes }, out) => toKey(bytes, 0, bytes.length, out);
  return ({ bytes, documentKey, id }, out) => {
    if (config.changeStreamDocumentKeyAsKey && isPresent(documentKey)) {
      expectDocument(documentKey, 'documentKey');
      return toKey(bytes, documentKey.start, documentKey.end, out);
    }
    const key = tokenKey(bytes.subarray(id.start, id.end));
    return toKey(key, 0, key.length, out);
  };
}

/**
 * Whether an event is about a document and has none. (The peer also takes a drop or a rename for that, with a resume
 * token as the key, which no consumer can match.)
 */
const deletesDocument = ({ fullDocument, documentKey }: EventHeader): boolean =>
  !isPresent(fullDocument) && isPresent(documentKey);

function expectDocument(member: Member, name: string): void {
  if (member.type === BSON_TYPE.document) return;
  const got = isPresent(member) ? `BSON type ${member.type}` : 'nothing';
  throw new DataError(
    'CHANGE_EVENT_INVALID',
    `Expected ${name} of a change event to be a document, got ${got}; see the stages of pipeline`,
  );
}

/** The topic of an event; empty: none. Events of one namespace mostly come together, so the last one is remembered. */
function createTopicOf(config: SourceConfig): (header: EventHeader) => string {
  const mapTopic = createTopicMapper(config);
  let lastNs: Buffer = Buffer.alloc(0);
  let lastTopic = '';

  return (header) => {
    const { bytes, dottedDatabase, dottedCollection } = header;
    const isPlain = header.ns.type === BSON_TYPE.document && !isPresent(dottedDatabase) && !isPresent(dottedCollection);
    if (isPlain && hasBytes(bytes, header.ns, lastNs)) return lastTopic;
    const ns = documentOf(bytes, header.ns);
    const database = isPresent(dottedDatabase) ? textOf(bytes, dottedDatabase) : textIn(ns, 'db');
    const collection = isPresent(dottedCollection) ? textOf(bytes, dottedCollection) : textIn(ns, 'coll');
    const topic = database === undefined ? '' : mapTopic({ database, collection: collection ?? '' });
    if (ns && isPlain) {
      lastNs = Buffer.from(ns);
      lastTopic = topic;
    }
    return topic;
  };
}

/** A loop, as for so few bytes it costs less than the view that `equals` would need. */
function hasBytes(bytes: Buffer, { end, start }: Member, expected: Buffer): boolean {
  if (end - start !== expected.length) return false;
  for (let at = 0; at < expected.length; at += 1) if (bytes[start + at] !== expected[at]) return false;
  return true;
}

const textIn = (document: Buffer | undefined, name: string): string | undefined =>
  document && textOf(document, findElement(document, name));
