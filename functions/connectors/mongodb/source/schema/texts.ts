import type { OutputBuffer } from '../../../../connect/output-buffer.ts';
import { javaDouble } from '../../bson/java-double.ts';
import type { JsonFormat } from '../../bson/json-formats.ts';
import { writeValue } from '../../bson/json-writer.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { utf8Text } from '../../bson/utf8-text.ts';

const LENGTH_BYTES = 4;

/** The text of a string element's value. */
export const stringAt = (source: Buffer, at: number): string =>
  utf8Text(source, at + LENGTH_BYTES, at + LENGTH_BYTES + source.readInt32LE(at) - 1);

/** Any value as a text: a string as it is, all else as its JSON without the quotes around it, escapes kept. */
export function toText(source: Buffer, type: number, at: number, format: JsonFormat, out: OutputBuffer): string {
  if (type === BSON_TYPE.string) return stringAt(source, at);
  if (type === BSON_TYPE.double && format.double === 'legacy') return javaDouble(source.readDoubleLE(at));
  out.drop();
  writeValue(out, source, type, at, format);
  const json = out.takeText();
  return json.startsWith('"') ? json.slice(1, -1) : json;
}
