import { expect } from 'vitest';
import { LOGICAL, type Schema } from '../../../../../../functions/connect/records.ts';
import { containsItself } from '../../../../../../functions/connectors/mongodb/source/schema/contains-itself.ts';
import type { PollResult } from './run-poll.ts';

/** Sentences about the Connect schema of `output.schema.value`. */
export const SCHEMA_SENTENCES: Readonly<Record<string, (schema: Schema) => void>> = {
  'avro-schema-default-record-with-null': ({ fields }) =>
    expect(fields?.[0]?.schema.default).toEqual(
      new Map<string, unknown>([
        ['x', 1],
        ['y', null],
      ]),
    ),
  'avro-schema-recursive-union': (schema) => expect(containsItself(schema)).toBe(true),
};

/** Sentences about records with a schema. */
export const STRUCT_SENTENCES: Readonly<Record<string, (result: PollResult) => void>> = {
  'avro-value-numbers-to-int': ({ batches, error }) => {
    expect(error).toMatchObject({ name: 'DataError', code: 'RECORD_INVALID', details: { field: 'int64_big' } });
    expect(batches.flatMap(({ records }) => records)).toEqual([]);
  },
  'avro-value-decimal-to-int': valueIs({ v: 12 }),
  'avro-value-decimal-to-long': valueIs({ v: 12n }),
  'avro-value-decimal-to-float': valueIs({ v: 12.5 }),
  'avro-value-decimal-to-double': valueIs({ v: 12.5 }),
  'avro-value-decimal-in-array': valueIs({ v: [1, 2, 3] }),
  'avro-value-struct-missing-default-record': valueIs({ r: struct({ x: 1, y: 'dd' }) }),
  'avro-value-default-array-poll': valueIs({ a: ['x'] }),
  'avro-value-recursive-array': valueIs({
    v: 1,
    kids: [struct({ v: 2, kids: [struct({ v: 3, kids: [], w: 30 })], w: 20 })],
    w: 10,
  }),
  'infer-decimal-nan': ({ batches }) => {
    const { value, a } = inferred(batches);
    expect(a?.type).toBe('string');
    expect(value).toEqual(struct({ _id: 1, a: 'NaN' }));
  },
  'infer-decimal-negative-zero': zeroOfScale(0),
  'infer-decimal-negative-zero-scale': zeroOfScale(2),
};

function struct(members: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(members));
}

function valueIs(members: Readonly<Record<string, unknown>>) {
  return ({ batches, error }: PollResult): void => {
    expect(error).toBeUndefined();
    expect(batches.flatMap(({ records }) => records.map(({ value }) => value))).toEqual([struct(members)]);
  };
}

function zeroOfScale(scale: number) {
  return ({ batches }: PollResult): void => {
    const { value, a } = inferred(batches);
    expect(a).toMatchObject({ type: 'bytes', name: LOGICAL.decimal, parameters: { scale: String(scale) } });
    expect(value).toEqual(struct({ _id: 1, a: { unscaled: 0n, scale } }));
  };
}

/** The value of the only record, and the schema of its field `a`. */
function inferred(batches: PollResult['batches']) {
  const [record, ...others] = batches.flatMap(({ records }) => records);
  expect(others).toEqual([]);
  return { value: record?.value, a: record?.valueSchema?.fields?.find(({ field }) => field === 'a')?.schema };
}
