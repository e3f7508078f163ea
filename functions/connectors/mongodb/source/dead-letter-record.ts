import { type SourceRecord, STRING } from '../../../connect/records.ts';
import { documentOf, findElement } from '../bson/element-reader.ts';
import { JSON_FORMATS } from '../bson/json-formats.ts';
import { jsonTextOf } from '../bson/json-writer.ts';
import type { SourceConfig } from './properties.ts';

/** An event that could not be a record, as the peer's dead letter topic gets it: relaxed JSON, whatever the formats are. */
export function toDeadLetterRecord(event: Buffer, topic: string, config: SourceConfig): SourceRecord {
  const key = documentIn(event, 'documentKey') ?? documentIn(event, '_id');
  const value = config.publishFullDocumentOnly ? documentIn(event, 'fullDocument') : event;
  return { topic, keySchema: STRING, key: textOf(key), valueSchema: STRING, value: textOf(value) };
}

const textOf = (document: Buffer | undefined): string => (document ? jsonTextOf(document, JSON_FORMATS.relaxed) : '{}');

const documentIn = (event: Buffer, name: string): Buffer | undefined => documentOf(event, findElement(event, name));
