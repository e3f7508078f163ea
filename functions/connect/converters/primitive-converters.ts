import { DataError } from '../errors.ts';
import type { Schema, SchemaType } from '../records.ts';
import type { Converter } from './converter.ts';
import { isMoment } from './logical-types.ts';

/** How the values of one schema type are laid out: big-endian, of one length. */
type Layout = {
  readonly type: SchemaType;
  readonly length: number;
  fits(value: unknown): boolean;
  write(bytes: Buffer, value: never): void;
  /** Nothing where the bytes are no such value. */
  read(bytes: Buffer): unknown;
};

const isWithin = (bits: number) => (value: unknown) =>
  Number.isInteger(value) && Math.abs(Number(value) + 0.5) < 2 ** (bits - 1);
const isNumber = (value: unknown) => typeof value === 'number';

/** `org.apache.kafka.connect.converters`: one class for each of these types. */
const LAYOUTS = {
  BooleanConverter: {
    type: 'boolean',
    length: 1,
    fits: (value) => typeof value === 'boolean',
    write: (bytes, value: boolean) => bytes.writeUInt8(value ? 1 : 0),
    read: (bytes) => (bytes[0]! > 1 ? undefined : bytes[0] === 1),
  },
  ShortConverter: {
    type: 'int16',
    length: 2,
    fits: isWithin(16),
    write: (bytes, value: number) => bytes.writeInt16BE(value),
    read: (bytes) => bytes.readInt16BE(),
  },
  IntegerConverter: {
    type: 'int32',
    length: 4,
    fits: isWithin(32),
    write: (bytes, value: number) => bytes.writeInt32BE(value),
    read: (bytes) => bytes.readInt32BE(),
  },
  LongConverter: {
    type: 'int64',
    length: 8,
    fits: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
    write: (bytes, value: bigint) => bytes.writeBigInt64BE(value),
    read: (bytes) => bytes.readBigInt64BE(),
  },
  FloatConverter: {
    type: 'float32',
    length: 4,
    fits: isNumber,
    write: (bytes, value: number) => bytes.writeFloatBE(value),
    read: (bytes) => bytes.readFloatBE(),
  },
  DoubleConverter: {
    type: 'float64',
    length: 8,
    fits: isNumber,
    write: (bytes, value: number) => bytes.writeDoubleBE(value),
    read: (bytes) => bytes.readDoubleBE(),
  },
} as const satisfies Record<string, Layout>;

export type PrimitiveConverter = keyof typeof LAYOUTS;
export const PRIMITIVE_CONVERTERS = Object.keys(LAYOUTS) as PrimitiveConverter[];

/** The converter of one type: values of another type, and bytes of another length, are refused. */
export function primitiveConverter(name: PrimitiveConverter): Converter {
  const { type, length, fits, write, read }: Layout = LAYOUTS[name];
  const optional: Schema = { type, optional: true };
  const refuse = (expected: string, got: string, topic: string) =>
    new DataError('RECORD_INVALID', `Expected ${expected} for ${name}, got ${got} for topic ${topic}`);
  return {
    toBytes(topic, schema, value) {
      if (value === null || value === undefined) return null;
      // a logical type is another class in Java; without a schema a number is a Long or a Double
      const given = schema ? (isMoment(schema.name) ? schema.name : schema.type) : typeOf(value);
      if (given !== type || !fits(value)) throw refuse(type, given, topic);
      const bytes = Buffer.allocUnsafe(length);
      write(bytes, value as never);
      return bytes;
    },
    toData(topic, bytes) {
      if (bytes === null) return { schema: optional, value: null };
      if (bytes.length !== length) throw refuse(`${length} bytes`, String(bytes.length), topic);
      const value = read(Buffer.from(bytes.buffer, bytes.byteOffset, length));
      if (value === undefined) throw refuse('0 or 1', 'another byte', topic);
      return { schema: optional, value };
    },
  };
}

function typeOf(value: unknown): string {
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'number' ? 'float64' : typeof value;
}
