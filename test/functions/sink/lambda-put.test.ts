import { expect, test } from 'vitest';
import { lambdaPut } from '../../../functions/sink/lambda-put.ts';
import { openFakeMongodb } from '../../support/fake-mongodb.ts';
import { noModules } from '../../support/no-modules.ts';
import { memoryObjects } from '../../support/object-store.ts';
import { notingLog } from '../../support/silent-log.ts';
import { until } from '../../support/until.ts';

const BROKEN = { 'max.batch.size': 'many' };

/** A function as it is after its file was loaded; the URI has a placeholder, so that each opening can be counted. */
async function start(properties: () => Readonly<Record<string, string>> = () => ({})) {
  const mongodb = await openFakeMongodb({ kind: 'standalone' });
  mongodb.always('update', ({ body }) => ({ n: body.updates.length }));
  let greetings = 0;
  for (const hello of ['hello', 'ismaster']) {
    mongodb.always(hello, (_, usual) => {
      greetings += 1;
      return usual();
    });
  }
  let openings = 0;
  const log = notingLog();
  const put = lambdaPut({
    get connectorFile() {
      const config = {
        'connector.class': 'MongoSink',
        'connection.uri': `${mongodb.uri}&appName=\${env:APP}`,
        topics: 'orders',
        database: 'shop',
        ...properties(),
      };
      return JSON.stringify({ name: 'orders-sink', config });
    },
    hasPartialResponse: true,
    deadLetterQueueUrl: undefined,
    claimCheckBucket: undefined,
    objects: memoryObjects().store,
    env: () => `opening-${++openings}`,
    loadModule: noModules,
    log,
    metrics: { add: () => undefined },
    now: Date.now,
  });
  return { mongodb, put, openingsOf: () => openings, greetingsOf: () => greetings, log };
}

const eventOf = (offset: number) => ({
  eventSource: 'aws:kafka',
  records: {
    'orders-0': [
      { topic: 'orders', partition: 0, offset, value: Buffer.from(`{"_id": ${offset}}`).toString('base64') },
    ],
  },
});
const SETTLED = { batchItemFailures: [] };

test('the database is reached before the first event is there, and opened once for all puts', async () => {
  const { greetingsOf, mongodb, openingsOf, put } = await start();
  await using _server = mongodb;
  await until('the server is greeted', () => greetingsOf() > 0, 5_000);
  expect(await Promise.all([put(eventOf(1), 10_000), put(eventOf(2), 10_000)])).toEqual([SETTLED, SETTLED]);
  expect(openingsOf()).toBe(1);
});

test('a sink that can not be opened says why with every put, and is opened as soon as it can be', async () => {
  let isBroken = true;
  const { mongodb, put } = await start(() => (isBroken ? BROKEN : {}));
  await using _server = mongodb;
  for (let time = 0; time < 2; time += 1) {
    await expect(put(eventOf(1), 10_000)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('max.batch.size'),
    });
  }
  isBroken = false;
  expect(await put(eventOf(1), 10_000)).toEqual(SETTLED);
});

test('a put has time for its writes whatever is left of the invocation', async () => {
  const { log, mongodb, put } = await start();
  await using _server = mongodb;
  for (const remainingMs of [9_999, 5_001, 5_000]) expect(await put(eventOf(1), remainingMs)).toEqual(SETTLED);
  expect(log.lines).toEqual([]);
});

test('a malformed invocation writes nothing', async () => {
  const { mongodb, put } = await start();
  await using _server = mongodb;
  await expect(put({ Records: [] }, 10_000)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  await expect(
    put({ ...eventOf(1), records: { 'other-0': [{ topic: 'other', partition: 0, offset: 1 }] } }, 10_000),
  ).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
  expect(mongodb.commands).toEqual([]);
});

test('with w=0 the server tells no number, and no update counts as missed', async () => {
  const { log, mongodb, put } = await start(() => ({
    'change.data.capture.handler': 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler',
  }));
  await using _server = mongodb;
  mongodb.always('update', {});
  const value =
    '{"operationType": "update", "documentKey": {"_id": 1}, "updateDescription": {"updatedFields": {"a": 1}, "removedFields": []}}';
  const [record] = eventOf(1).records['orders-0'];
  const event = {
    eventSource: 'aws:kafka',
    records: { 'orders-0': [{ ...record, value: Buffer.from(value).toString('base64') }] },
  };
  expect(await put(event, 10_000)).toEqual(SETTLED);
  expect(log.lines).toEqual([]);
  expect(mongodb.commands.map(({ name }) => name)).toEqual(['update']);
});
