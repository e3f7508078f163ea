import { createConverter } from '../../../../../../functions/connect/converters/configure-converters.ts';
import { writeData } from '../../../../../../functions/connect/converters/data-to-json.ts';
import { writeSchema } from '../../../../../../functions/connect/converters/json-schemas.ts';
import { OutputBuffer } from '../../../../../../functions/connect/output-buffer.ts';
import type { Schema, SourceRecord } from '../../../../../../functions/connect/records.ts';
import {
  isArray,
  isObject,
  type Json,
  parseAvroJson,
} from '../../../../../../functions/connectors/mongodb/source/schema/avro-json.ts';
import type { ExpectedRecord } from './case-file.ts';

const withoutSchemas = createConverter('JsonConverter', { 'schemas.enable': 'false' });
const out = new OutputBuffer();

/** A record in the form of a case: schemas and structs as JsonConverter writes them. */
export const toComparable = ({ topic, keySchema, key, valueSchema, value }: SourceRecord) =>
  compared({
    topic,
    keySchema: keySchema && toSchemaJson(keySchema),
    key: toText(key, keySchema),
    valueSchema: valueSchema && toSchemaJson(valueSchema),
    value: toText(value, valueSchema),
  });

/** The record of a case, in which the members of objects have an order and numbers are what their texts mean. */
export const toWantedRecord = ({ topic, keySchema, key, valueSchema, value }: ExpectedRecord) =>
  compared({ topic, keySchema, key, valueSchema, value });

/** A schema as JsonConverter writes it. */
export function toSchemaJson(schema: Schema): unknown {
  writeSchema(out, schema, (to, of, value) =>
    writeData(to, of, value, { decimals: 'BASE64', nullsBecomeDefault: true }),
  );
  return JSON.parse(out.takeText());
}

function toText(value: unknown, schema: Schema | null): string | null {
  if (value === null || typeof value === 'string') return value;
  const bytes = schema?.type === 'struct' ? withoutSchemas.toBytes('topic', schema, value) : value;
  return Buffer.from(bytes as Uint8Array).toString(schema?.type === 'bytes' ? 'hex' : 'utf8');
}

function compared({ keySchema, key, valueSchema, value, ...record }: Omit<ExpectedRecord, 'sourceOffset'>) {
  return {
    ...record,
    keySchema: JSON.stringify(keySchema),
    key: toMeaning(key, keySchema),
    valueSchema: JSON.stringify(valueSchema),
    value: toMeaning(value, valueSchema),
  };
}

type SchemaJson = {
  readonly type: string;
  readonly items?: SchemaJson;
  readonly values?: SchemaJson;
  readonly fields?: readonly (SchemaJson & { readonly field: string })[];
};

function toMeaning(text: string | null, schema: unknown): unknown {
  const json = schema as SchemaJson | null;
  return json?.type === 'struct' && text !== null ? ordered(parseAvroJson(text), json) : text;
}

/** Members as a list, since their order counts. A float has the digits of JDK 17, which are not always the fewest. */
function ordered(json: Json, schema: SchemaJson | undefined): unknown {
  if (isArray(json)) return json.map((item) => ordered(item, schema?.items));
  if (isObject(json)) {
    return [...json].map(([name, value]) => [
      name,
      ordered(value, schema?.values ?? schema?.fields?.find(({ field }) => field === name)),
    ]);
  }
  return schema?.type === 'float' && typeof json === 'number' ? Math.fround(json) : json;
}
