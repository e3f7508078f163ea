import type { Json } from './avro-json.ts';

export const AVRO_PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type AvroPrimitive = (typeof AVRO_PRIMITIVES)[number];

/** An Avro schema with its names resolved: a record that refers to itself contains itself. */
export type AvroType =
  | { readonly type: AvroPrimitive }
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | { readonly type: 'union'; readonly branches: readonly AvroType[] }
  | { readonly type: 'enum' | 'fixed' }
  | AvroRecord;

export type AvroRecord = { readonly type: 'record'; readonly name: string; readonly fields: readonly AvroField[] };
export type AvroField = { readonly name: string; readonly type: AvroType; readonly default?: Json };

/** The branch beside null of a union that stands for an optional value; nothing for any other union. */
export function optionalBranch(branches: readonly AvroType[]): AvroType | undefined {
  const others = branches.filter(({ type }) => type !== 'null');
  return branches.length === 2 && others.length === 1 ? others[0] : undefined;
}
