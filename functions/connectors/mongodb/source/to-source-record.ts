import type { Data } from '../../../connect/converters/converter.ts';
import { DataError } from '../../../connect/errors.ts';
import type { OutputBuffer } from '../../../connect/output-buffer.ts';
import type { SourceRecord } from '../../../connect/records.ts';
import { documentOf, type Element, findElement, textOf } from '../bson/element-reader.ts';
import { type EventHeader, scanEvent } from '../bson/event-header.ts';
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
  const topicOf = createTopicOf(config);
  const toKey = createKeyOutput(config);
  const toValue = createValueOutput(config);
  const keyOf = createKeyOf(config);

  return (event, out) => {
    const header = scanEvent(event);
    expectDocument(header, header.id, '_id');
    const topic = topicOf(header);
    if (topic === '') return 'no-topic';
    const value = config.publishFullDocumentOnly ? fullDocumentOf(header) : event;
    if (value === undefined && !(config.publishFullDocumentOnlyTombstoneOnDelete && deletesDocument(header))) {
      return 'unpublished';
    }
    const key = toKey(keyOf(header), out);
    const data = value ? toValue(value, out) : NOTHING;
    return { topic, keySchema: key.schema, key: key.value, valueSchema: data.schema, value: data.value };
  };
}

/** What a tombstone has for a value. */
const NOTHING: Data = { schema: null, value: null };

function createKeyOf(config: SourceConfig): (header: EventHeader) => Buffer {
  // a schema picks its fields from the whole event
  if (config.outputFormatKey === 'schema') return ({ bytes }) => bytes;
  return (header) => {
    if (config.changeStreamDocumentKeyAsKey && header.documentKey) {
      return expectDocument(header, header.documentKey, 'documentKey');
    }
    return tokenKey(expectDocument(header, header.id, '_id'));
  };
}

const fullDocumentOf = ({ bytes, fullDocument }: EventHeader): Buffer | undefined => documentOf(bytes, fullDocument);

/**
 * Whether an event is about a document and has none. (The peer also takes a drop or a rename for that, with a resume
 * token as the key, which no consumer can match.)
 */
const deletesDocument = ({ fullDocument, documentKey }: EventHeader): boolean =>
  !fullDocument && documentKey !== undefined;

function expectDocument({ bytes }: EventHeader, element: Element | undefined, name: string): Buffer {
  const document = documentOf(bytes, element);
  if (document) return document;
  const got = element ? `BSON type ${element.type}` : 'nothing';
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
    const ns = documentOf(bytes, header.ns);
    const isPlain = ns !== undefined && !dottedDatabase && !dottedCollection;
    if (isPlain && lastNs.equals(ns)) return lastTopic;
    const database = textOf(bytes, dottedDatabase) ?? (dottedDatabase ? undefined : textIn(ns, 'db'));
    const collection = textOf(bytes, dottedCollection) ?? (dottedCollection ? undefined : textIn(ns, 'coll'));
    const topic = database === undefined ? '' : mapTopic({ database, collection: collection ?? '' });
    if (isPlain) {
      lastNs = Buffer.from(ns);
      lastTopic = topic;
    }
    return topic;
  };
}

const textIn = (document: Buffer | undefined, name: string): string | undefined =>
  document && textOf(document, findElement(document, name));
