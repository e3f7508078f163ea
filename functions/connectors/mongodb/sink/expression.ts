import {
  beginDocument,
  createOutput,
  endDocument,
  type Output,
  reserve,
  takeBytes,
  writeByte,
  writeBytes,
  writeCString,
  writeInt32,
  writeString,
} from '../bson/output.ts';
import { BSON_TYPE } from '../bson/types.ts';

/** A value that is BSON already. */
export type Raw = { readonly type: number; readonly value: Uint8Array };

/** What updates and expressions are built of. Objects are lists of fields, because JavaScript's reorder numeric names. */
export type Expression =
  | string
  | number
  | boolean
  | Raw
  | readonly Expression[]
  | { readonly fields: readonly (readonly [name: string, value: Expression])[] };

/** `{ name: value }`. */
export const field = (name: string, value: Expression): Expression => ({ fields: [[name, value]] });

export const fields = (...list: readonly (readonly [string, Expression])[]): Expression => ({ fields: list });

/** A value that no stage may take for an expression. */
export const literal = (raw: Expression): Expression => field('$literal', raw);

/** BSON bytes of an expression with fields. */
export function toDocument(expression: Expression): Buffer {
  const out = createOutput(256);
  const type = write(out, expression);
  if (type !== BSON_TYPE.document) throw new TypeError('Only fields make a document');
  return takeBytes(out);
}

function write(out: Output, expression: Expression): number {
  if (typeof expression === 'string') {
    writeString(out, expression);
    return BSON_TYPE.string;
  }
  if (typeof expression === 'number') {
    writeInt32(out, expression);
    return BSON_TYPE.int32;
  }
  if (typeof expression === 'boolean') {
    writeByte(out, expression ? 1 : 0);
    return BSON_TYPE.boolean;
  }
  if ('type' in expression) {
    writeBytes(out, expression.value);
    return expression.type;
  }
  const isArray = !('fields' in expression);
  const list = isArray ? expression.map((value, index) => [String(index), value] as const) : expression.fields;
  const start = beginDocument(out);
  for (const [name, value] of list) {
    reserve(out, 1);
    const typeAt = out.at++;
    writeCString(out, name);
    const type = write(out, value);
    out.bytes[typeAt] = type;
  }
  endDocument(out, start);
  return isArray ? BSON_TYPE.array : BSON_TYPE.document;
}
