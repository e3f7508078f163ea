import { expect, test } from 'vitest';
import type { DeadLetter } from '../../../functions/aws/dead-letter.ts';
import type { OpenSink } from '../../../functions/connect/connector.ts';
import { stringConverter } from '../../../functions/connect/converters/string-converter.ts';
import { DataError, RetriableError } from '../../../functions/connect/errors.ts';
import { type Outcome, WRITTEN } from '../../../functions/connect/outcomes.ts';
import type { SinkRecord } from '../../../functions/connect/records.ts';
import { type PutDeps, putInvocation } from '../../../functions/sink/put-invocation.ts';
import { notingLog } from '../../support/silent-log.ts';

const REJECTED: Outcome = {
  status: 'rejected',
  error: new DataError('WRITE_REJECTED', 'refused'),
  stage: 'TASK_PUT',
  class: 'c',
};
const UNSETTLED: Outcome = { status: 'unsettled', error: new RetriableError('MONGODB_TRANSIENT', 'down') };

const base64 = (text: string) => Buffer.from(text).toString('base64');
const record = (offset: number, partition = 0) => ({
  topic: 'orders',
  partition,
  offset,
  timestamp: 1_700_000_000_000,
  timestampType: 'CREATE_TIME',
  key: null,
  value: base64(`secret ${offset}`),
  headers: [{ name: [104, -1] }],
});
const eventOf = (records: readonly ReturnType<typeof record>[], more: object = {}) => ({
  eventSource: 'aws:kafka',
  records: Object.fromEntries(Map.groupBy(records, ({ partition }) => `orders-${partition}`)),
  ...more,
});

/** A sink whose outcomes are given, and a queue that takes dead letters or not. */
function rig(
  outcomes: (put: number) => readonly Outcome[] | Error,
  { tolerance = 'all', takes = true, partial = true, noted = (_: readonly SinkRecord[]): unknown => undefined } = {},
) {
  const letters: DeadLetter[] = [];
  let puts = 0;
  const log = notingLog();
  const metrics = new Map<string, number>();
  const sink: OpenSink = {
    async put(records) {
      puts += 1;
      noted(records);
      const result = outcomes(puts);
      if (result instanceof Error) throw result;
      return result;
    },
    reads: (topic) => topic === 'orders',
    toleranceOf: () => tolerance as 'all',
    logsErrors: () => false,
    parkingScopeOf: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const deps: PutDeps = {
    sink,
    converters: { key: stringConverter, value: stringConverter },
    fetchValue: () => Promise.reject(new Error('No value is elsewhere')),
    async sendDeadLetters(sent) {
      if (takes) letters.push(...sent);
      return sent.map(() => (takes ? undefined : new RetriableError('DEAD_LETTER_UNSENT', 'queue is down')));
    },
    log,
    metrics: { add: (name, value) => void metrics.set(name, (metrics.get(name) ?? 0) + value) },
    now: () => 1_700_000_001_000,
  };
  const settings = {
    connector: 'orders-sink',
    hasPartialResponse: partial,
    contextHeaders: undefined,
    logsTimes: false,
  };
  const put = (event: unknown) => putInvocation(event, 0, settings, deps);
  return { letters, log, metrics, put };
}

const failures = (...offsets: number[]) => ({
  batchItemFailures: offsets.map((offset) => ({ itemIdentifier: { partition: 'orders-0', offset } })),
});

test('answers with nothing where everything is written', async () => {
  const { put } = rig(() => [WRITTEN, WRITTEN]);
  expect(await put(eventOf([record(1), record(2)]))).toEqual(failures());
});

test('a rejected record is a dead letter with the record as it was', async () => {
  const { letters, metrics, put } = rig(() => [WRITTEN, REJECTED, WRITTEN]);
  expect(await put(eventOf([record(1), record(2), record(3)]))).toEqual(failures());
  expect(letters).toHaveLength(1);
  // an alarm would wake somebody for what holds nothing
  expect(metrics.has('sinkHeld')).toBe(false);
  expect(letters[0]).toMatchObject({
    connector: 'orders-sink',
    attempts: 1,
    record: { topic: 'orders', partition: 0, offset: 2 },
  });
  expect(letters[0]?.record.value).toEqual(Buffer.from('secret 2'));
  expect(letters[0]?.record).toMatchObject({ headers: [['name', Buffer.of(104, 255)]] });
});

test('a dead letter that the queue does not take leaves its record and those behind it unsettled', async () => {
  const { put } = rig(() => [WRITTEN, REJECTED, WRITTEN], { takes: false });
  expect(await put(eventOf([record(1), record(2), record(3)]))).toEqual(failures(2, 3));
});

test('a poison record behind an outage is dead-lettered once, however often the batch comes again', async () => {
  const { letters, put } = rig((puts) => (puts < 20 ? [UNSETTLED, REJECTED] : [WRITTEN, REJECTED]));
  const event = eventOf([record(1), record(2)]);
  for (let again = 0; again < 19; again += 1) expect(await put(event)).toEqual(failures(1, 2));
  expect(letters).toHaveLength(0);
  expect(await put(event)).toEqual(failures());
  expect(letters).toHaveLength(1);
});

test('without a partial batch response an unsettled record fails the invocation, with no dead letter', async () => {
  const { letters, put } = rig(() => [REJECTED, UNSETTLED], { partial: false });
  await expect(put(eventOf([record(1), record(2)]))).rejects.toThrow('records have to come again: down');
  expect(letters).toHaveLength(0);
});

test('errors.tolerance=none holds the topic-partition at the bad record, without a dead letter', async () => {
  const { letters, log, metrics, put } = rig(() => [WRITTEN, REJECTED], { tolerance: 'none' });
  expect(await put(eventOf([record(1), record(2)]))).toEqual(failures(2));
  expect(letters).toHaveLength(0);
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'A record holds its topic-partition' }),
  );
  expect(metrics.get('sinkHeld')).toBe(1);
});

test('a held record without a partial batch response fails the invocation, and its error quotes no document', async () => {
  const { put } = rig(() => [REJECTED], { tolerance: 'none', partial: false });
  await expect(put(eventOf([record(1)]))).rejects.toThrow(/^1 records have to come again: WRITE_REJECTED$/);
});

test('a replayed record that is rejected again becomes a new dead letter with one attempt more', async () => {
  const { letters, put } = rig(() => [REJECTED], { tolerance: 'none' });
  expect(await put(eventOf([record(1)], { tailraceReplay: { attempts: 2 } }))).toEqual(failures());
  expect(letters[0]?.attempts).toBe(3);
});

test('a replayed record that is unsettled fails the invocation, so that its message comes again', async () => {
  const { put } = rig(() => [UNSETTLED]);
  await expect(put(eventOf([record(1)], { tailraceReplay: { attempts: 1 } }))).rejects.toThrow('down');
});

test('a sink that throws fails the invocation and settles nothing', async () => {
  const { letters, put } = rig(() => new Error('defect'));
  await expect(put(eventOf([record(1)]))).rejects.toThrow('defect');
  expect(letters).toHaveLength(0);
});

test('never logs the content of a record', async () => {
  const { log, put } = rig(() => [REJECTED, UNSETTLED]);
  await put(eventOf([record(1), record(2)]));
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

const with1 = (more: object) => eventOf([{ ...record(1), ...more } as never]);

test.each<[string, unknown, string]>([
  ['no event at all', undefined, 'event'],
  ['null', null, 'event'],
  ['an array', [eventOf([record(1)])], 'event'],
  ['a text', '{"eventSource": "aws:kafka", "records": {}}', 'event'],
  ['an event of a queue', { Records: [{ body: 'secret' }] }, 'eventSource'],
  ['an event of another source', { eventSource: 'aws:sqs', records: {} }, 'eventSource'],
  ['no records', { eventSource: 'aws:kafka' }, 'records'],
  ['records that are a list', { eventSource: 'aws:kafka', records: [record(1)] }, 'records'],
  [
    'a topic-partition without a list',
    { eventSource: 'aws:kafka', records: { 'orders-0': record(1) } },
    'records.orders-0',
  ],
  ['a record that is null', { eventSource: 'aws:kafka', records: { 'orders-0': [null] } }, 'records.orders-0.0'],
  ['wrong base64 of a value', with1({ value: 'secret***' }), 'records.orders-0.0.value'],
  ['base64 of a value that is cut off', with1({ value: 'c2VjcmV' }), 'records.orders-0.0.value'],
  ['wrong base64 of a key', with1({ key: 'sécret' }), 'records.orders-0.0.key'],
  ['a value that is a document', with1({ value: { secret: 1 } }), 'records.orders-0.0.value'],
  ['an offset that is no number', with1({ offset: '1' }), 'records.orders-0.0.offset'],
  ['no offset', with1({ offset: undefined }), 'records.orders-0.0.offset'],
  ['a negative offset', with1({ offset: -1 }), 'records.orders-0.0.offset'],
  ['an offset with a fraction', with1({ offset: 1.5 }), 'records.orders-0.0.offset'],
  [
    'a text as partition',
    { eventSource: 'aws:kafka', records: { 'orders-0': [{ ...record(1), partition: '0' }] } },
    'records.orders-0.0.partition',
  ],
  [
    'no topic',
    { eventSource: 'aws:kafka', records: { 'orders-0': [{ ...record(1), topic: '' }] } },
    'records.orders-0.0.topic',
  ],
  ['an unknown kind of timestamp', with1({ timestampType: 'secret' }), 'records.orders-0.0.timestampType'],
  ['a header that is a text', with1({ headers: [{ name: 'secret' }] }), 'records.orders-0.0.headers.0'],
  ['a byte of a header that is none', with1({ headers: [{ 'secret-name': [300] }] }), 'records.orders-0.0.headers.0'],
  [
    'a record in the list of another partition',
    { eventSource: 'aws:kafka', records: { 'orders-9': [record(1)] } },
    'records.orders-9',
  ],
  [
    'a list under a name that is no topic-partition',
    { eventSource: 'aws:kafka', records: { orders: [record(1)] } },
    'records.orders',
  ],
  ['a replay without attempts', eventOf([record(1)], { tailraceReplay: {} }), 'tailraceReplay.attempts'],
])('refuses %s with the place that is wrong, and touches nothing', async (_, event, place) => {
  const { letters, log, put } = rig(() => {
    throw new Error('must not be reached');
  });
  const error: unknown = await put(event).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ConnectorError', code: 'EVENT_INVALID' });
  expect(String(error)).toContain(`Expected an event of an MSK event source mapping, got a problem at ${place}: `);
  expect(String(error)).not.toMatch(/secret|sécret|c2VjcmV/);
  expect([letters, log.lines]).toEqual([[], []]);
});

test('a record of a topic that the connector does not read fails the invocation, and nothing of it is written', async () => {
  const { letters, put } = rig(() => {
    throw new Error('must not be reached');
  });
  const stranger = { ...record(7), topic: 'payments' };
  const event = eventOf([record(1)]);
  const both = { ...event, records: { ...event.records, 'payments-0': [stranger] } };
  await expect(put(both)).rejects.toMatchObject({
    code: 'TOPIC_UNKNOWN',
    message: 'Expected records of the topics in topics or topics.regex, got payments-0@7',
  });
  expect(letters).toEqual([]);
});

test.each([
  ['is used again once all records are written', [WRITTEN], true],
  ['stays as it is where a record became a dead letter: the letter may still be on its way', [REJECTED], false],
] as const)('the memory of decoded records %s', async (_, outcomes, isUsedAgain) => {
  const values: (Uint8Array | null)[] = [];
  const { put } = rig((count) => (count === 1 ? outcomes : [WRITTEN]), {
    noted: (records) => values.push(...records.map(({ value }) => value as Uint8Array | null)),
  });
  for (const offset of [1, 2, 3]) await put(eventOf([record(offset)]));
  expect(Buffer.from(values[0]!).toString() !== 'secret 1').toBe(isUsedAgain);
});
