import { expect } from 'vitest';
import { StoppedError } from '../../../../../../functions/connect/errors.ts';
import type { SourceRecord } from '../../../../../../functions/connect/records.ts';
import type { SourceConfig } from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import type { Case } from './case-file.ts';
import type { PollResult } from './run-poll.ts';
import { SCHEMA_SENTENCES } from './schema-sentences.ts';

export type Told = {
  readonly vector: Case;
  readonly config: SourceConfig;
  poll(splits?: boolean): Promise<PollResult>;
};

/** The results that cases describe in a sentence, each as an assertion: by the sentence, whatever the case is called. */
export const SENTENCES: Readonly<Record<string, (told: Told) => Promise<void> | void>> = {
  ...SCHEMA_SENTENCES,
  "The last copied record's offset does not lie beyond an unpublished event.": async ({ poll }) => {
    const { batches } = await poll();
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
  "The event's members and their order are those the server sent.": async ({ poll, vector }) => {
    const events = toRecords(await poll()).filter(({ value }) => !/copyingData/.test(String(value)));
    const sent = (vector.cursors ?? []).flatMap(({ events: given = [] }) => given);
    const namesOf = (event: unknown) => Object.keys(event as object);
    expect(sent.length).toBeGreaterThan(0);
    expect(events.map(({ value }) => namesOf(JSON.parse(String(value))))).toEqual(sent.map(namesOf));
  },
  'Topic and ns.coll are the real name a\\b.': async ({ poll }) => {
    const [record, ...others] = toRecords(await poll());
    expect(record?.topic).toBe('shop.a\\b');
    expect(JSON.parse(String(record?.value)).ns).toEqual({ db: 'shop', coll: 'a\\b' });
    expect(others).toEqual([]);
  },
  'The end of the copy is stored although its last document gave no record.': async ({ poll }) => {
    const items = (await poll()).batches.flatMap((batch) => batch.items ?? []);
    expect(items.findLast(({ item }) => item === 'copy')?.attributes.done).toBe(true);
  },
  'The task fails (or retries with a growing pause and reports the error); it does not spin.': async ({ poll }) => {
    const { error, opened } = await poll();
    expect(error).toMatchObject({ name: 'ConfigError', code: 'MONGODB_REFUSED' });
    expect(opened).toHaveLength(1);
  },
  'Stops with an error that names the gap (position.lost=fail); no stream is opened without a token.': async (told) => {
    // a failure that is told from a lost position only by its words is tried again, always with a token
    if (isTransient(told.vector)) await expectNeverWithoutToken(told);
    else await expectPositionLost(told);
  },
  'The third stream is opened with a token (the last event published, or the stored one).': expectPositionLost,
  'Only the event that is too large is lost or split; the stream resumes right after it.': async ({ poll }) => {
    const { batches, error, opened } = await poll();
    expect(error).toBeUndefined();
    // the script fails once: read singly, nothing is too large any more
    expect(batches.flatMap(({ records }) => records.map(({ key }) => String(key)))).toEqual([
      '{"_id": 1}',
      '{"_id": 3}',
    ]);
    expect(opened).toHaveLength(2);
    expect(startOf(opened[1])).toEqual({ startAfter: { _data: '8264A1B2C3000000012B022C0100296E5A1004' } });
  },
  'The stream is never opened again without a token: it goes on behind the last event read, or stops where the error means a lost position.':
    async ({ poll }) => {
      const { batches, opened } = await poll();
      expect(batches.flatMap(({ records }) => records)).toHaveLength(2);
      expect(opened).toHaveLength(1);
    },
  'No part of the event is dropped silently: one record for the reassembled event, or both fragments in order on the topic of the first.':
    async ({ poll }) => {
      const result = await poll(true);
      const [{ value } = { value: '' }, ...others] = toRecords(result);
      expect(others).toEqual([]);
      const event = JSON.parse(String(value));
      expect(event).toMatchObject({ operationType: 'update', fullDocument: { item: 'book', qty: 2 } });
      expect(event).not.toHaveProperty('splitEvent');
      expect(result.batches.at(-1)?.offset._id).toContain('8264A1B2C3000000022B022C0100296E5A1004');
    },
  'The first event goes to the dead-letter topic; the second is published.': async ({ poll }) => {
    const result = await poll();
    expect(result.error).toBeUndefined();
    expect(toRecords(result).map(({ topic }) => topic)).toEqual(['dlq', 'shop.orders']);
  },
  'The event goes to the dead-letter topic and the task keeps running.': async ({ poll }) => {
    const result = await poll();
    expect(result.error).toBeUndefined();
    expect(toRecords(result).map(({ topic }) => topic)).toEqual(['dlq']);
  },
  'After the invalidate the stream is opened with startAfter the invalidate token; the drop is published once.':
    async ({ poll }) => {
      // the script sends the drop again, whatever the second stream begins with
      const [first, second] = (await poll()).opened.map(startOf);
      expect(first?.startAtOperationTime).toMatchObject({ t: 100, i: 0 });
      expect(second).toEqual({ startAfter: { _data: '8264A1B2C3000000632B022C0100296E5A1004' } });
    },
  'The UUIDs are sent as binary values of subtype 4.': async ({ poll }) => {
    const { opened } = await poll();
    const { a, b } = opened[0]?.command.pipeline[1].$match ?? {};
    for (const uuid of [a, b]) {
      expect(uuid.sub_type).toBe(4);
      expect(Buffer.from(uuid.buffer).toString('hex')).toBe('00112233445566778899aabbccddeeff');
    }
  },
};

const toRecords = ({ batches }: PollResult): readonly SourceRecord[] => batches.flatMap(({ records }) => records);

/** Where a stream begins. */
const startOf = (opened: PollResult['opened'][number] | undefined) => {
  const { startAfter, startAtOperationTime } = opened?.command.pipeline[0].$changeStream ?? {};
  return { ...(startAfter && { startAfter }), ...(startAtOperationTime && { startAtOperationTime }) };
};

async function expectPositionLost({ poll }: Told): Promise<void> {
  const { error, opened } = await poll();
  expect(error).toBeInstanceOf(StoppedError);
  expect(error).toMatchObject({ code: 'POSITION_LOST' });
  expect(opened).toHaveLength(1);
}

/** No code of the server in the script: the driver's own error, whose words are no reason. */
const isTransient = ({ cursors = [] }: Case): boolean =>
  cursors.some(({ batches = [] }) => batches.some(({ error }) => error?.type === 'mongo' && (error.code ?? -1) < 0));

/** Each stream after the first begins behind the last event that was taken. */
async function expectNeverWithoutToken({ poll }: Told): Promise<void> {
  const { error, opened } = await poll();
  expect(error).toBeUndefined();
  expect(opened.length).toBeGreaterThan(1);
  for (const again of opened.slice(1)) {
    expect(startOf(again)).toEqual({ startAfter: { _data: '8264A1B2C3000000012B022C0100296E5A1004' } });
  }
}
