import { expect } from 'vitest';
import { StoppedError } from '../../../../../../functions/connect/errors.ts';
import type { PollResult } from './run-poll.ts';
import { STRUCT_SENTENCES } from './schema-sentences.ts';

/** The results that a case describes in a sentence, each as its own assertion. */
export const SENTENCES: Readonly<Record<string, (result: PollResult) => void>> = {
  ...STRUCT_SENTENCES,
  'copy-cached-first-event': ({ batches }) => {
    const events = batches.flatMap(({ offset, records }) =>
      records.map(({ value }) => ({ offset, value: String(value) })),
    );
    expect(events.map(({ value }) => JSON.parse(value)._id._data ?? 'copied')).toEqual([
      'copied',
      '8264A1B2C3000000082B022C0100296E5A1004',
      '8264A1B2C3000000092B022C0100296E5A1004',
    ]);
    expect(events[0]?.offset).toEqual({});
  },
  'copy-cached-first-event-members': ({ batches }) => {
    const [, event] = batches.flatMap(({ records }) => records);
    expect(Object.keys(JSON.parse(String(event?.value)))).toEqual([
      ...['_id', 'operationType', 'clusterTime', 'wallTime', 'fullDocument', 'ns', 'documentKey', 'txnNumber', 'lsid'],
      ...['extra', 'collectionUUID'],
    ]);
  },
  'copy-backslash-in-name': ({ batches }) => {
    const [record] = batches.flatMap(({ records }) => records);
    expect(record?.topic).toBe('shop.a\\b');
    expect(JSON.parse(String(record?.value)).ns).toEqual({ db: 'shop', coll: 'a\\b' });
  },
  'copy-last-skipped': ({ batches }) => {
    const items = batches.flatMap((batch) => batch.items ?? []);
    expect(items.findLast(({ item }) => item === 'copy')?.attributes.done).toBe(true);
  },
  'errors-open-unauthorized-13-token-none': refused,
  'errors-open-unauthorized-13-fresh-none': refused,
  'errors-open-unauthorized-13-token-all': refused,
  'errors-open-fatal-280-token-all': stopped,
  'errors-read-fatal-280-all': stopped,
  'errors-recreate-flag-stays': stopped,
  'errors-read-too-large-10334-all': ({ batches, opened, error }) => {
    expect(error).toBeUndefined();
    // the script fails once: read singly, nothing is too large any more
    expect(keysOf(batches)).toEqual(['{"_id": 1}', '{"_id": 3}']);
    expect(opened).toHaveLength(2);
    expect(opened[1]?.command.pipeline[0].$changeStream.startAfter).toEqual({
      _data: '8264A1B2C3000000012B022C0100296E5A1004',
    });
  },
  'event-fragments-whole': ({ batches }) => {
    const [{ value } = { value: '' }, ...others] = batches.flatMap(({ records }) => records);
    expect(others).toEqual([]);
    const event = JSON.parse(String(value));
    expect(event).toMatchObject({ operationType: 'update', fullDocument: { item: 'book', qty: 2 } });
    expect(event).not.toHaveProperty('splitEvent');
    expect(batches.at(-1)?.offset._id).toContain('8264A1B2C3000000022B022C0100296E5A1004');
  },
  'errors-read-mid-batch-all': ({ batches, opened }) => {
    expect(batches.flatMap(({ records }) => records)).toHaveLength(2);
    expect(opened).toHaveLength(1);
  },
  'format-document-key-not-a-document-tolerated': ({ batches }) =>
    expect(topicsOf(batches)).toEqual(['dlq', 'shop.orders']),
  'format-id-missing-tolerated': ({ batches, error }) => {
    expect(error).toBeUndefined();
    expect(topicsOf(batches)).toEqual(['dlq']);
  },
  'offset-invalidate-timestamp': ({ opened }) => {
    const [first, second] = opened.map(({ command }) => command.pipeline[0].$changeStream);
    expect(first.startAtOperationTime).toMatchObject({ t: 100, i: 0 });
    expect(second).toEqual({ startAfter: { _data: '8264A1B2C3000000632B022C0100296E5A1004' } });
  },
  'watch-pipeline-uuid': ({ opened }) => {
    const { a, b } = opened[0]?.command.pipeline[1].$match ?? {};
    for (const uuid of [a, b]) {
      expect(uuid.sub_type).toBe(4);
      expect(Buffer.from(uuid.buffer).toString('hex')).toBe('00112233445566778899aabbccddeeff');
    }
  },
};

function refused({ error, opened }: PollResult): void {
  expect(error).toMatchObject({ name: 'ConfigError', code: 'MONGODB_REFUSED' });
  expect(opened).toHaveLength(1);
}

/** The position is lost: no stream is opened without a token. */
function stopped({ error, opened }: PollResult): void {
  expect(error).toBeInstanceOf(StoppedError);
  expect(error).toMatchObject({ code: 'POSITION_LOST' });
  expect(opened).toHaveLength(1);
}

const keysOf = (batches: PollResult['batches']) =>
  batches.flatMap(({ records }) => records.map(({ key }) => String(key)));

const topicsOf = (batches: PollResult['batches']) =>
  batches.flatMap(({ records }) => records.map(({ topic }) => topic));
