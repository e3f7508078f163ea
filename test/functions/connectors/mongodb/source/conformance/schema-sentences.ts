import { expect } from 'vitest';
import { LOGICAL, type Schema } from '../../../../../../functions/connect/records.ts';
import { containsItself } from '../../../../../../functions/connectors/mongodb/source/schema/contains-itself.ts';
import { toConnectSchema } from '../../../../../../functions/connectors/mongodb/source/schema/to-connect-schema.ts';
import type { Told } from './sentences.ts';

/** Sentences about the Connect schema of `output.schema.value`, and about records that have one. */
export const SCHEMA_SENTENCES: Readonly<Record<string, (told: Told) => Promise<void> | void>> = {
  'The schema is usable; the default is the record with y null.': ({ config }) =>
    expect(toConnectSchema(config.outputSchemaValue).fields?.[0]?.schema.default).toEqual(struct({ x: 1, y: null })),
  'The recursive schema works, or is rejected at validation; it never stops the task at the first poll.': ({
    config,
  }) => expect(containsItself(toConnectSchema(config.outputSchemaValue))).toBe(true),
  "A record-level error for a value that does not fit in the field's type.": async ({ poll }) => {
    const { batches, error } = await poll();
    expect(error).toMatchObject({ name: 'DataError', code: 'RECORD_INVALID', details: { field: expect.any(String) } });
    expect(batches.flatMap(({ records }) => records)).toEqual([]);
  },
  '12 (int, long) or 12.5 (float, double), as for a double of the same value.': async (told) => {
    const { schema, value } = await onlyRecord(told);
    const type = schema?.fields?.find(({ field }) => field === 'v')?.schema.type;
    const wanted = new Map<unknown, unknown>([
      ['int32', 12],
      ['int64', 12n],
      ['float32', 12.5],
      ['float64', 12.5],
    ]);
    expect(wanted.has(type)).toBe(true);
    expect(value).toEqual(struct({ v: wanted.get(type) }));
  },
  'The array is [1, 2, 3].': valueIs({ v: [1, 2, 3] }),
  'The field gets its default: x 1, y "dd".': valueIs({ r: struct({ x: 1, y: 'dd' }) }),
  'The schema is usable: value {"a":["x"]}.': valueIs({ a: ['x'] }),
  'No field is lost at any level.': valueIs({
    v: 1,
    kids: [struct({ v: 2, kids: [struct({ v: 3, kids: [], w: 30 })], w: 20 })],
    w: 10,
  }),
  'The record is published, with a string field for this value (negative zero: a Decimal zero of the same scale).':
    async (told) => {
      const { schema, value } = await onlyRecord(told);
      const member = schema?.fields?.find(({ field }) => field === 'a')?.schema;
      const text = givenDecimal(told);
      if (text.startsWith('-0')) {
        const scale = text.replace(/^-0\.?/, '').length;
        expect(member).toMatchObject({ type: 'bytes', name: LOGICAL.decimal, parameters: { scale: String(scale) } });
        expect(value).toEqual(struct({ _id: 1, a: { unscaled: 0n, scale } }));
      } else {
        expect(member?.type).toBe('string');
        expect(value).toEqual(struct({ _id: 1, a: text }));
      }
    },
};

function struct(members: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(members));
}

function valueIs(members: Readonly<Record<string, unknown>>) {
  return async (told: Told): Promise<void> => expect((await onlyRecord(told)).value).toEqual(struct(members));
}

async function onlyRecord({ poll }: Told): Promise<{ schema: Schema | null; value: unknown }> {
  const { batches, error } = await poll();
  expect(error).toBeUndefined();
  const records = batches.flatMap((batch) => batch.records);
  expect(records).toHaveLength(1);
  return { schema: records[0]!.valueSchema, value: records[0]!.value };
}

/** The decimal `a` of the document in the script. */
function givenDecimal({ vector }: Told): string {
  const [event] = (vector.events ?? []) as { fullDocument?: { a?: { $numberDecimal?: string } } }[];
  return event?.fullDocument?.a?.$numberDecimal ?? '';
}
