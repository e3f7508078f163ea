import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { lambdaPut } from '../../../functions/sink/lambda-put.ts';
import { noModules } from '../../support/no-modules.ts';
import { memoryObjects } from '../../support/object-store.ts';
import { notingLog } from '../../support/silent-log.ts';

/** The URI has a placeholder, so that reading the secret can be counted. */
async function openPut() {
  const { mongodbUri } = inject('services');
  const name = `login_${randomUUID().slice(0, 8)}`;
  const client = await new MongoClient(mongodbUri).connect();
  const log = notingLog();
  let reads = 0;
  const put = lambdaPut({
    connectorFile: JSON.stringify({
      name,
      config: {
        'connector.class': 'MongoSinkConnector',
        'connection.uri': `${mongodbUri}&appName=\${env:APP}`,
        topics: 'topic',
        database: name,
      },
    }),
    hasPartialResponse: true,
    deadLetterQueueUrl: undefined,
    claimCheckBucket: undefined,
    objects: memoryObjects().store,
    env: () => `reading-${++reads}`,
    loadModule: noModules,
    log,
    metrics: { add: () => undefined },
    now: Date.now,
  });
  return {
    put: (value: string) => put(eventOf(value), 20_000),
    log,
    readsOf: () => reads,
    documents: () => client.db(name).collection('topic').find().toArray(),
    /** The next updates are refused as a login is whose password was changed. */
    refuseLogins: (times: number) =>
      client.db('admin').command({
        configureFailPoint: 'failCommand',
        mode: { times },
        data: { failCommands: ['update'], errorCode: 18 },
      }),
    async [Symbol.asyncDispose]() {
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' });
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}

const eventOf = (value: string) => ({
  eventSource: 'aws:kafka',
  records: {
    'topic-0': [
      {
        topic: 'topic',
        partition: 0,
        offset: 7,
        timestamp: 1_700_000_000_000,
        timestampType: 'CREATE_TIME',
        key: null,
        value: Buffer.from(value).toString('base64'),
        headers: [],
      },
    ],
  },
});

test('a password that was changed is read again, and the put that met it succeeds', async () => {
  await using sink = await openPut();
  expect(await sink.put('{"_id": 1}')).toEqual({ batchItemFailures: [] });
  expect(sink.readsOf()).toBe(1);
  await sink.refuseLogins(1);
  expect(await sink.put('{"_id": 2}')).toEqual({ batchItemFailures: [] });
  expect(sink.readsOf()).toBe(2);
  expect(await sink.documents()).toEqual([{ _id: 1 }, { _id: 2 }]);
});

test('one that stays refused is read once more in each invocation, and the records come again', async () => {
  await using sink = await openPut();
  await sink.put('{"_id": 1}');
  await sink.refuseLogins(4);
  const again = { batchItemFailures: [{ itemIdentifier: { partition: 'topic-0', offset: 7 } }] };
  for (const reads of [2, 3]) {
    expect(await sink.put('{"_id": 2}')).toEqual(again);
    expect(sink.readsOf()).toBe(reads);
  }
  expect(await sink.put('{"_id": 2}')).toEqual({ batchItemFailures: [] });
  expect(sink.readsOf()).toBe(3);
});
