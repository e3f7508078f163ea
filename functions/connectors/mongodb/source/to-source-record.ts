import { DataError } from '../../../connect/errors.ts';
import { BYTES, type Schema, type SourceRecord, STRING } from '../../../connect/records.ts';
import { documentOf, type Element, findElement, textOf } from '../bson/element-reader.ts';
import { type EventHeader, scanEvent } from '../bson/event-header.ts';
import { JSON_FORMATS, type JsonFormat } from '../bson/json-formats.ts';
import { writeDocument } from '../bson/json-writer.ts';
import type { OutputBuffer } from '../bson/output-buffer.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { FORMATTER_CLASSES } from './class-names.ts';
import type { SourceConfig } from './properties.ts';
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
  const toKey = createOutput(config.outputFormatKey, config);
  const toValue = createOutput(config.outputFormatValue, config);
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
    return {
      topic,
      keySchema: toKey.schema,
      key: toKey.write(out, keyOf(header)),
      valueSchema: value ? toValue.schema : null,
      value: value ? toValue.write(out, value) : null,
    };
  };
}

type Output = { readonly schema: Schema; write(out: OutputBuffer, document: Buffer): Buffer };

function createOutput(format: SourceConfig['outputFormatValue'], config: SourceConfig): Output {
  if (format === 'bson') return { schema: BYTES, write: (_out, document) => document };
  const json = jsonFormatOf(config.outputJsonFormatter);
  return {
    schema: STRING,
    write: (out, document) => {
      out.drop();
      writeDocument(out, document, 0, json);
      return out.take();
    },
  };
}

function jsonFormatOf(className: string): JsonFormat {
  const name = Object.entries(FORMATTER_CLASSES).find(([known]) => known === className)?.[1];
  if (name === undefined) throw new TypeError(`Unchecked formatter class ${className}`);
  return JSON_FORMATS[name];
}

function createKeyOf(config: SourceConfig): (header: EventHeader) => Buffer {
  return (header) => {
    if (config.changeStreamDocumentKeyAsKey && header.documentKey) {
      return expectDocument(header, header.documentKey, 'documentKey');
    }
    return tokenKey(expectDocument(header, header.id, '_id'));
  };
}

const TOKEN_KEY_BYTES = 10;

/** `{_id: <resume token>}`: the key of an event that is about no document. */
function tokenKey(token: Buffer): Buffer {
  const key = Buffer.allocUnsafe(token.length + TOKEN_KEY_BYTES);
  key.writeInt32LE(key.length, 0);
  key[4] = BSON_TYPE.document;
  key.write('_id\0', 5, 'latin1');
  token.copy(key, 9);
  key[key.length - 1] = 0;
  return key;
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
