import { expect, test } from 'vitest';
import { PARTITIONS, samplePuts } from '../../../bench/sink/sample-puts.ts';
import { WORKS, type WorkName } from '../../../bench/sink/works.ts';
import { parseMskEvent } from '../../../functions/sink/parse-msk-event.ts';

const NAMES = Object.keys(WORKS) as WorkName[];

test.each(NAMES)('%s: every put is an event of a mapping, and no two records are the same', (name) => {
  const puts = [...samplePuts(WORKS[name], 2, 24)].map((put) => parseMskEvent(JSON.parse(put)).records);
  expect(puts.map((records) => records.length)).toEqual([24, 24]);
  expect(new Set(puts[0]!.map(({ partition }) => partition)).size).toBe(PARTITIONS);
  const values = puts.flat().map(({ value }) => Buffer.from(value!).toString('utf8'));
  expect(new Set(values).size).toBe(48);
});

test.each([
  ['json', 1027],
  ['cdc', 1537],
] as const)('%s: values have the size that the peer was measured with', (name, bytes) => {
  const [put = ''] = samplePuts(WORKS[name], 1, 60);
  for (const { value } of parseMskEvent(JSON.parse(put)).records) {
    expect(Math.abs(value!.length - bytes)).toBeLessThanOrEqual(5);
  }
});

test('updates of a source that looks nothing up say only what changed', () => {
  const [put = ''] = samplePuts(WORKS['cdc-mix-changes'], 1, 100);
  const events = parseMskEvent(JSON.parse(put)).records.map(({ value }) => JSON.parse(Buffer.from(value!).toString()));
  const updates = events.filter(({ operationType }) => operationType === 'update');
  expect(updates).toHaveLength(40);
  for (const { fullDocument, updateDescription } of updates) {
    expect(fullDocument).toBeUndefined();
    expect(updateDescription.updatedFields).toHaveProperty('visits');
  }
});
