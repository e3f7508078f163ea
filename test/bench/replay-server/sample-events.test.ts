import { BSON, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import {
  createSampleEvents,
  indexOfToken,
  type SampleOptions,
  tokenOf,
} from '../../../bench/replay-server/sample-events.ts';

const MIX = { insert: 40, update: 40, replace: 10, delete: 10 };

function events(from: number, count: number, options: Partial<SampleOptions> = {}): Document[] {
  const samples = createSampleEvents({ documentBytes: 1024, collections: 1, mix: { insert: 100 }, ...options });
  return Array.from({ length: count }, (_, offset) => {
    const bytes = Buffer.alloc(samples.sizeOf(from + offset) + 3);
    const end = samples.write(bytes, 3, from + offset);
    expect(end).toBe(bytes.length);
    return BSON.deserialize(bytes.subarray(3), { promoteLongs: false });
  });
}

test.each([300, 1024, 5120, 51_200])('documents have the %i bytes that were asked for', (documentBytes) => {
  const [event] = events(7, 1, { documentBytes });
  expect(BSON.calculateObjectSize(event?.fullDocument)).toBe(documentBytes);
  expect(Number(event?.fullDocument.n)).toBe(7);
});

test('each event holds its own number, wherever it is looked for', () => {
  for (const [offset, event] of events(999, 3).entries()) {
    const index = 999 + offset;
    expect(Number(event.fullDocument.n)).toBe(index);
    expect(event.documentKey._id).toEqual(event.fullDocument._id);
    expect(Number.parseInt(event.documentKey._id.toHexString().slice(-8), 16)).toBe(index);
    expect(event._id._data).toBe(tokenOf(index));
    expect(event.wallTime.getTime()).toBe(event.clusterTime.t * 1000);
  }
  const [last, next] = events(999, 2);
  expect(next?.clusterTime.t).toBe(last?.clusterTime.t + 1);
});

test.each([-1, 0, 999, 1000, 123_456_789])('the token of event %i leads back to it', (index) => {
  expect(indexOfToken(tokenOf(index))).toBe(index);
});

test('operations come in the shares of the mix, and not in runs', () => {
  const operations = events(0, 200, { mix: MIX }).map(({ operationType }) => operationType);
  for (const [operation, share] of Object.entries(MIX)) {
    expect(operations.filter((each) => each === operation)).toHaveLength(2 * share);
  }
  expect(operations.slice(0, 10)).toContain('update');
  expect(operations.slice(0, 10)).toContain('insert');
});

test('collections take turns', () => {
  expect(events(0, 4, { collections: 3, mix: MIX }).map(({ ns }) => ns.coll)).toEqual(['c0', 'c1', 'c2', 'c0']);
});

test('a mix that is no whole is refused', () => {
  expect(() => events(0, 1, { mix: { insert: 90 } })).toThrow('Expected a mix of 100 per cent, got 90');
});
