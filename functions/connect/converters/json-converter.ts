import { OutputBuffer } from '../output-buffer.ts';
import { boolean, choice, int } from '../properties.ts';
import type { Schema } from '../records.ts';
import type { Converter, Data } from './converter.ts';
import { type WriteSettings, writeData } from './data-to-json.ts';
import { readEnvelope } from './json-envelope.ts';
import { readJson, textOf } from './json-reader.ts';
import { writeSchema } from './json-schemas.ts';
import { schemalessNumber } from './json-to-data.ts';

export const jsonConverterProperties = {
  'schemas.enable': boolean({
    group: 'JsonConverter',
    importance: 'high',
    description: 'Whether each record carries its schema: {"schema": …, "payload": …}.',
    default: 'true',
  }),
  'schemas.cache.size': int({
    group: 'JsonConverter',
    importance: 'high',
    description: 'Most schemas of records that are kept to be recognised.',
    default: '1000',
    min: 0,
  }),
  'decimal.format': choice(['BASE64', 'NUMERIC'], {
    group: 'JsonConverter',
    importance: 'low',
    description: 'How decimals are written: the bytes of their digits, or as a number. Both are read.',
    default: 'BASE64',
  }),
  'replace.null.with.default': boolean({
    group: 'JsonConverter',
    importance: 'low',
    description: 'Whether the default of a schema stands in for a null.',
    default: 'true',
  }),
};

export type JsonConverterConfig = {
  readonly schemasEnable: boolean;
  readonly schemasCacheSize: number;
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
  readonly replaceNullWithDefault: boolean;
};

/** `org.apache.kafka.connect.json.JsonConverter`: the same bytes, and the same data from them. */
export function createJsonConverter(config: JsonConverterConfig): Converter {
  const settings: WriteSettings = {
    decimals: config.decimalFormat,
    nullsBecomeDefault: config.replaceNullWithDefault,
  };
  const envelopes = readEnvelope(config.schemasCacheSize, { becomeDefault: config.replaceNullWithDefault });
  const out = new OutputBuffer();
  const prefixOf = envelopeWriter(out, settings);

  return {
    toBytes(_topic, schema, value) {
      if (schema === null && (value === null || value === undefined)) return null;
      try {
        if (config.schemasEnable) out.copy(prefixOf(schema));
        writeData(out, schema, value, settings);
        if (config.schemasEnable) out.ascii('}');
        return out.take();
      } catch (error) {
        out.drop();
        throw error;
      }
    },
    toData(_topic, bytes): Data {
      if (bytes === null) return { schema: null, value: null };
      const text = textOf(bytes);
      if (config.schemasEnable) return envelopes(text);
      return { schema: null, value: readJson({ text, at: 0, numberOf: schemalessNumber }) ?? null };
    },
  };
}

/** The part of an envelope before the payload, written once for each schema. */
function envelopeWriter(out: OutputBuffer, settings: WriteSettings): (schema: Schema | null) => Uint8Array {
  const withoutSchema = Buffer.from('{"schema":null,"payload":');
  const known = new WeakMap<Schema, Uint8Array>();
  return (schema) => {
    if (schema === null) return withoutSchema;
    const found = known.get(schema);
    if (found) return found;
    out.ascii('{"schema":');
    writeSchema(out, schema, (to, of, value) => writeData(to, of, value, settings));
    out.ascii(',"payload":');
    const prefix = Buffer.from(out.take());
    known.set(schema, prefix);
    return prefix;
  };
}
