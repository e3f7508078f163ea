import type { Data } from '../../../connect/converters/converter.ts';
import type { OutputBuffer } from '../../../connect/output-buffer.ts';
import { BYTES, STRING } from '../../../connect/records.ts';
import { JSON_FORMATS, type JsonFormat } from '../bson/json-formats.ts';
import { writeDocument } from '../bson/json-writer.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { FORMATTER_CLASSES } from './class-names.ts';
import type { SourceConfig } from './properties.ts';
import { createInferSchema } from './schema/infer-schema.ts';
import { toConnectSchema } from './schema/to-connect-schema.ts';
import { createToValue } from './schema/to-value.ts';

/**
 * Makes a key or a value of the document that lies between. @throws DataError where it does not fit its schema.
 *
 * (A view of it would be one object more for each event, and is made only where something needs one.)
 */
export type Output = (source: Buffer, start: number, end: number, out: OutputBuffer) => Data;

/** Prepares the making of keys: everything that the configuration decides is decided here, once. */
export const createKeyOutput = (config: SourceConfig): Output =>
  config.outputFormatKey === 'schema'
    ? declaredOutput(config.outputSchemaKey, jsonFormatOf(config.outputJsonFormatter))
    : plainOutput(config.outputFormatKey, config);

/** Prepares the making of values. */
export function createValueOutput(config: SourceConfig): Output {
  if (config.outputFormatValue !== 'schema') return plainOutput(config.outputFormatValue, config);
  const format = jsonFormatOf(config.outputJsonFormatter);
  return config.outputSchemaInferValue ? inferredOutput(format) : declaredOutput(config.outputSchemaValue, format);
}

function plainOutput(format: 'json' | 'bson', config: SourceConfig): Output {
  if (format === 'bson') return (source, start, end) => ({ schema: BYTES, value: viewOf(source, start, end) });
  const json = jsonFormatOf(config.outputJsonFormatter);
  return (source, start, _, out) => {
    out.drop();
    writeDocument(out, source, start, json);
    return { schema: STRING, value: out.take() };
  };
}

function declaredOutput(avroSchema: string, format: JsonFormat): Output {
  const schema = toConnectSchema(avroSchema);
  const toValue = createToValue(schema, format, 'paths');
  return (source, start, end, out) => {
    return { schema, value: toValue(viewOf(source, start, end), BSON_TYPE.document, 0, out) };
  };
}

function inferredOutput(format: JsonFormat): Output {
  const inferSchema = createInferSchema(format);
  return (source, start, end, out) => {
    const document = viewOf(source, start, end);
    const { schema, toValue } = inferSchema(document);
    return { schema, value: toValue(document, BSON_TYPE.document, 0, out) };
  };
}

const viewOf = (source: Buffer, start: number, end: number): Buffer =>
  end - start === source.length ? source : source.subarray(start, end);

function jsonFormatOf(className: string): JsonFormat {
  const name = Object.entries(FORMATTER_CLASSES).find(([known]) => known === className)?.[1];
  if (name === undefined) throw new TypeError(`Unchecked formatter class ${className}`);
  return JSON_FORMATS[name];
}
