import fc from 'fast-check';
import { BSON } from 'mongodb';

/** A BSON value by its type's name, so that it can be written in two ways that know nothing of each other. */
export type Tagged =
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string' | 'symbol' | 'code'; readonly value: string }
  | { readonly type: 'document'; readonly value: readonly Field[] }
  | { readonly type: 'array'; readonly value: readonly Tagged[] }
  | { readonly type: 'binary'; readonly subtype: number; readonly value: Uint8Array }
  | { readonly type: 'undefined' | 'null' | 'minKey' | 'maxKey' }
  | { readonly type: 'objectId'; readonly value: Uint8Array }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'date' | 'int64'; readonly value: bigint }
  | { readonly type: 'int32'; readonly value: number }
  | { readonly type: 'regex'; readonly pattern: string; readonly options: string }
  | { readonly type: 'dbPointer'; readonly namespace: string; readonly id: Uint8Array }
  | { readonly type: 'codeWithScope'; readonly code: string; readonly scope: readonly Field[] }
  | { readonly type: 'timestamp'; readonly seconds: number; readonly increment: number }
  | { readonly type: 'decimal128'; readonly bytes: Uint8Array };
export type Field = readonly [name: string, value: Tagged];

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
};
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
const double = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
const cstring = (text: string) => Buffer.from(`${text}\0`, 'utf8');
const string = (text: string) => Buffer.concat([int32(Buffer.byteLength(text) + 1), cstring(text)]);

/** The bytes of a document, straight from the specification. */
export function toBytes(fields: readonly Field[]): Buffer {
  const body = Buffer.concat(
    fields.map(([name, value]) => {
      const [type, bytes] = valueBytes(value);
      return Buffer.concat([Buffer.of(type), cstring(name), bytes]);
    }),
  );
  return Buffer.concat([int32(body.length + 5), body, Buffer.of(0)]);
}

function valueBytes(tagged: Tagged): readonly [type: number, bytes: Buffer] {
  switch (tagged.type) {
    case 'double':
      return [1, double(tagged.value)];
    case 'string':
      return [2, string(tagged.value)];
    case 'document':
      return [3, toBytes(tagged.value)];
    case 'array':
      return [4, toBytes(tagged.value.map((value, index) => [String(index), value]))];
    case 'binary': {
      const inner = tagged.subtype === 2 ? [int32(tagged.value.length), tagged.value] : [tagged.value];
      const data = Buffer.concat(inner);
      return [5, Buffer.concat([int32(data.length), Buffer.of(tagged.subtype), data])];
    }
    case 'undefined':
      return [6, Buffer.alloc(0)];
    case 'objectId':
      return [7, Buffer.from(tagged.value)];
    case 'boolean':
      return [8, Buffer.of(tagged.value ? 1 : 0)];
    case 'date':
      return [9, int64(tagged.value)];
    case 'null':
      return [10, Buffer.alloc(0)];
    case 'regex':
      return [11, Buffer.concat([cstring(tagged.pattern), cstring(tagged.options)])];
    case 'dbPointer':
      return [12, Buffer.concat([string(tagged.namespace), tagged.id])];
    case 'code':
      return [13, string(tagged.value)];
    case 'symbol':
      return [14, string(tagged.value)];
    case 'codeWithScope': {
      const inner = Buffer.concat([string(tagged.code), toBytes(tagged.scope)]);
      return [15, Buffer.concat([int32(inner.length + 4), inner])];
    }
    case 'int32':
      return [16, int32(tagged.value)];
    case 'timestamp':
      return [17, Buffer.concat([int32(tagged.increment), int32(tagged.seconds)])];
    case 'int64':
      return [18, int64(tagged.value)];
    case 'decimal128':
      return [19, Buffer.from(tagged.bytes)];
    case 'minKey':
      return [255, Buffer.alloc(0)];
    case 'maxKey':
      return [127, Buffer.alloc(0)];
  }
}

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
// well-formed, of all planes; a lone surrogate has no UTF-8
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const name = text.map((value) => value.replaceAll('\0', ''));
const anyInt64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
);
const anyDouble = fc.oneof(
  fc.double(),
  fc.integer().map(Number),
  fc.constantFrom(0, -0, Number.NaN, 1e7, 1e-3, 5e-324),
);

/** Coefficients beyond 34 digits are no numbers: what the driver prints for them is chance. */
export const anyDecimal = bytesOf(16).filter((bytes) => {
  const high = Buffer.from(bytes).readBigUInt64LE(8);
  const isLarge = (high >> 61n) % 4n === 3n;
  const isSpecial = (high >> 59n) % 16n === 15n;
  const coefficient = ((high % 2n ** 49n) << 64n) + Buffer.from(bytes).readBigUInt64LE(0);
  return isSpecial || (!isLarge && coefficient < 10n ** 34n);
});

/** Fields of any types and depth, with repeated, empty and odd names. */
export const { fields: anyFields } = fc.letrec<{ fields: readonly Field[]; value: Tagged }>((tie) => ({
  fields: fc.array(fc.tuple(name, tie('value')), { maxLength: 6, depthIdentifier: 'bson' }),
  value: fc.oneof(
    { depthIdentifier: 'bson', maxDepth: 5, withCrossShrink: true },
    fc.record({ type: fc.constantFrom('string', 'symbol', 'code'), value: text }),
    fc.record({ type: fc.constant('int32'), value: fc.integer() }),
    fc.record({ type: fc.constantFrom('int64', 'date'), value: anyInt64 }),
    fc.record({ type: fc.constant('double'), value: anyDouble }),
    fc.record({ type: fc.constantFrom('undefined', 'null', 'minKey', 'maxKey') }),
    fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
    fc.record({ type: fc.constant('objectId'), value: bytesOf(12) }),
    fc.record({
      type: fc.constant('binary'),
      subtype: fc.integer({ min: 0, max: 255 }),
      value: fc.uint8Array({ maxLength: 30 }),
    }),
    fc.record({ type: fc.constant('regex'), pattern: name, options: fc.constantFrom('', 'i', 'xi', 'smix') }),
    fc.record({ type: fc.constant('dbPointer'), namespace: text, id: bytesOf(12) }),
    fc.record({ type: fc.constant('timestamp'), seconds: fc.nat(2 ** 32 - 1), increment: fc.nat(2 ** 32 - 1) }),
    fc.record({ type: fc.constant('decimal128'), bytes: anyDecimal }),
    fc.record({ type: fc.constant('codeWithScope'), code: text, scope: tie('fields') }),
    fc.record({ type: fc.constant('document'), value: tie('fields') }),
    fc.record({ type: fc.constant('array'), value: fc.array(tie('value'), { maxLength: 5, depthIdentifier: 'bson' }) }),
  ) as fc.Arbitrary<Tagged>,
}));

/** The same with every name once in its document, at any depth. */
export const anyUniqueFields: fc.Arbitrary<Field[]> = anyFields.map((fields) => unique(fields));

const unique = (fields: readonly Field[]): Field[] => [...new Map(fields.map(([name, value]) => [name, deep(value)]))];

function deep(value: Tagged): Tagged {
  if (value.type === 'document') return { ...value, value: unique(value.value) };
  if (value.type === 'array') return { ...value, value: value.value.map(deep) };
  return value.type === 'codeWithScope' ? { ...value, scope: unique(value.scope) } : value;
}

/** The driver's words for a decimal. */
export const decimalText = (bytes: Uint8Array): string => new BSON.Decimal128(bytes).toString();
