import { DataError } from '../errors.ts';
import type { Schema } from '../records.ts';
import type { Data } from './converter.ts';
import {
  CLOSE_BRACE,
  type Cursor,
  expect,
  type Json,
  type JsonNumber,
  OPEN_BRACE,
  peek,
  readName,
  readValue,
  takes,
  takesComma,
} from './json-reader.ts';
import { toSchema } from './json-schemas.ts';
import { type Nulls, schemalessNumber, toData } from './json-to-data.ts';

/**
 * Makes a reader of envelopes, `{"schema": …, "payload": …}`.
 *
 * A schema that was read before is recognised by its text, so that all records of one schema share one object. The text
 * of an object ends by itself: a text that begins with a known schema's can't go on with another one.
 */
export function readEnvelope(mostSchemas: number, nulls: Nulls): (text: string) => Data {
  const known = new Map<string, Schema>();
  let recent: readonly [text: string, schema: Schema] | undefined;

  function readSchema(cursor: Cursor): Schema | null {
    peek(cursor);
    if (recent && cursor.text.startsWith(recent[0], cursor.at)) {
      cursor.at += recent[0].length;
      return recent[1];
    }
    const start = cursor.at;
    const json = readValue(cursor, 1);
    if (json === null) return null;
    const text = cursor.text.slice(start, cursor.at);
    const schema = known.get(text) ?? toSchema(json, nulls);
    recent = remember(known, mostSchemas, text, schema);
    return schema;
  }

  return (text) => {
    const cursor: Cursor = { text, at: 0, numberOf: exactNumber };
    let schema: Schema | null | undefined;
    let payload: Json | undefined;
    let payloadAt = 0;
    if (!takes(cursor, OPEN_BRACE)) throw refuse();
    do {
      const name = readName(cursor);
      if (name === 'schema') schema = readSchema(cursor);
      else if (name === 'payload') {
        payloadAt = cursor.at;
        payload = readValue(cursor, 1);
      } else throw refuse();
    } while (takesComma(cursor));
    expect(cursor, CLOSE_BRACE);
    if (schema === undefined || payload === undefined) throw refuse();
    if (schema) return { schema, value: toData(schema, payload, nulls) };
    return { schema, value: readValue({ text, at: payloadAt, numberOf: schemalessNumber }, 1) };
  };
}

const exactNumber = (text: string, isIntegral: boolean): JsonNumber => ({ text, isIntegral });

/** Keeps the latest schemas. A text is copied, since a part of a record's text would keep all of it in memory. */
function remember(known: Map<string, Schema>, most: number, text: string, schema: Schema) {
  if (most === 0) return undefined;
  const own = Buffer.from(text).toString();
  if (!known.delete(own) && known.size >= most) {
    for (const [oldest] of known) {
      known.delete(oldest);
      break;
    }
  }
  known.set(own, schema);
  return [own, schema] as const;
}

const refuse = (): DataError =>
  new DataError(
    'RECORD_INVALID',
    'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
  );
