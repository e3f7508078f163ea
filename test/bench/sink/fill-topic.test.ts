import { expect, test } from 'vitest';
import { toMessages } from '../../../bench/sink/fill-topic.ts';
import { PARTITIONS, samplePuts } from '../../../bench/sink/sample-puts.ts';
import { WORKS } from '../../../bench/sink/works.ts';

test.each(['json', 'cdc-mix'] as const)('%s: the topic gets what an invocation has, in its partitions', (name) => {
  const [put = ''] = samplePuts(WORKS[name], 1, 12);
  const records = Object.values(JSON.parse(put).records).flat() as { partition: number; key?: string; value: string }[];
  const messages = toMessages(put);
  expect(messages.map(({ partition }) => partition)).toEqual(records.map(({ partition }) => partition));
  expect(new Set(messages.map(({ partition }) => partition)).size).toBe(PARTITIONS);
  for (const [index, { key, value }] of messages.entries()) {
    expect(Buffer.from(value as Buffer).toString('base64')).toBe(records[index]?.value);
    expect(key && Buffer.from(key as Buffer).toString('base64')).toBe(records[index]?.key ?? null);
  }
});
