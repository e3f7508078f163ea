import type { Origin } from '../../../connect/connector.ts';
import { DataError } from '../../../connect/errors.ts';
import { type SourceRecord, STRING } from '../../../connect/records.ts';
import { documentOf, findElement, textOf as stringOf } from '../bson/element-reader.ts';
import { JSON_FORMATS } from '../bson/json-formats.ts';
import { jsonTextOf } from '../bson/json-writer.ts';
import { tokenOf } from './cursor-reply.ts';
import type { SourceConfig } from './properties.ts';
import { tokenKey } from './token-key.ts';

/** An event that could not be a record, as the peer's dead letter topic gets it: relaxed JSON, whatever the formats are. */
export function toDeadLetterRecord(event: Buffer, topic: string, config: SourceConfig): SourceRecord {
  const key = keyOf(event, config);
  const value = config.publishFullDocumentOnly ? documentIn(event, 'fullDocument') : event;
  return {
    topic,
    keySchema: STRING,
    key: legible(() => textOf(key)) ?? '{}',
    valueSchema: STRING,
    value: legible(() => textOf(value)) ?? '{}',
  };
}

/** Where an event comes from, and what of it a person can read: its key and itself as relaxed JSON. */
export function toOrigin(event: Buffer): Origin {
  return {
    namespace: legible(() => namespaceOf(documentIn(event, 'ns'))) ?? '',
    token: legible(() => tokenOf(event)) ?? '',
    key: legible(() => Buffer.from(textOf(documentIn(event, 'documentKey') ?? documentIn(event, '_id')))) ?? null,
    // what is damaged stays the bytes that it is
    value: legible(() => Buffer.from(textOf(event))) ?? event,
  };
}

function namespaceOf(ns: Buffer | undefined): string {
  const names = ['db', 'coll'].map((name) => ns && stringOf(ns, findElement(ns, name)));
  return names.filter((name) => name !== undefined).join('.');
}

function legible<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** The document that the key would have been made from. */
function keyOf(event: Buffer, config: SourceConfig): Buffer | undefined {
  if (config.outputFormatKey === 'schema') return event;
  const documentKey = config.changeStreamDocumentKeyAsKey ? documentIn(event, 'documentKey') : undefined;
  const token = documentIn(event, '_id');
  return documentKey ?? (token && tokenKey(token));
}

const textOf = (document: Buffer | undefined): string => (document ? jsonTextOf(document, JSON_FORMATS.relaxed) : '{}');

const documentIn = (event: Buffer, name: string): Buffer | undefined => documentOf(event, findElement(event, name));
