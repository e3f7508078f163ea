import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cut, cutBatch } from '../../../../infra/local/event-source-mapping/batcher.ts';
import { type MappingRecord, toMskEvent } from '../../../../infra/local/event-source-mapping/msk-event.ts';
import { MAX_REQUEST_BYTES } from '../../../../infra/local/invocation.ts';
import { at, origin, positions } from './mapping-records.ts';

const MEGABYTE = 1024 * 1024;

const shown = (cut: Cut): unknown => {
  if (cut.kind === 'batch') return positions(cut.records);
  if (cut.kind === 'oversized') return { oversized: positions([cut.record])[0] };
  return cut.kind === 'wait' ? { until: cut.until } : cut.kind;
};

test.each<[string, MappingRecord[][], number, unknown]>([
  ['nothing was read', [[], []], 0, 'nothing'],
  ['the window is open', [[at(0, 1, { readAt: 40 })]], 50, { until: 140 }],
  // the window starts with the record, not with a beat of its own
  ['the window is over', [[at(0, 1, { readAt: 40 })]], 140, ['0@1']],
  ['the batch size is reached', [[at(0, 1), at(0, 2), at(0, 3), at(0, 4)]], 0, ['0@1', '0@2', '0@3']],
  [
    'several partitions mix, in the order of reading',
    [
      [at(0, 1, { readAt: 1 }), at(0, 2, { readAt: 4 })],
      [at(1, 7, { readAt: 2 }), at(1, 8, { readAt: 3 })],
    ],
    4,
    ['0@1', '1@7', '1@8'],
  ],
  [
    'the next record would make the event larger than 6 MB',
    [[at(0, 1, { bytes: 4 * MEGABYTE }), at(0, 2, { bytes: 3 * MEGABYTE })]],
    0,
    ['0@1'],
  ],
  ['a record alone is larger than 6 MB', [[at(0, 1, { bytes: 6 * MEGABYTE })]], 0, { oversized: '0@1' }],
  // what is before it goes first, so that the order of offsets is kept
  ['a record larger than 6 MB is behind another', [[at(0, 1), at(0, 2, { bytes: 6 * MEGABYTE })]], 0, ['0@1']],
])('cuts where %s', (_, queues, now, expected) => {
  expect(shown(cutBatch(queues, { batchSize: 3, windowMs: 100, origin }, now))).toEqual(expected);
});

test('never makes an event larger than a function takes, and loses and reorders nothing', () => {
  const record = fc.record({ partition: fc.nat(3), kilobytes: fc.nat(2500) });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.integer({ min: 1, max: 8 }), (given, batchSize) => {
      const all = given.map(({ partition, kilobytes }, offset) =>
        at(partition, offset, { readAt: offset, bytes: kilobytes * 1024 }),
      );
      let queues = [0, 1, 2, 3].map((partition) => all.filter((each) => each.partition === partition));
      const delivered: MappingRecord[] = [];
      for (;;) {
        const cut = cutBatch(queues, { batchSize, windowMs: 0, origin }, 1000);
        if (cut.kind !== 'batch') break;
        expect(Buffer.byteLength(toMskEvent(origin, cut.records))).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
        delivered.push(...cut.records);
        queues = queues.map((queue) => queue.filter((each) => !cut.records.includes(each)));
      }
      expect(positions(delivered)).toEqual(positions(all));
    }),
    { numRuns: 30 },
  );
});
