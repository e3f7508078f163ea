import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { receiveDeadLetters } from '../../support/dead-letters.ts';
import { openPipeline } from '../../support/pipeline.ts';
import { openTcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const FAILED_INVOCATIONS = 3;

test('a poison record behind an outage is dead-lettered once, however often its batch comes again', async () => {
  const { mongodbUri } = inject('services');
  const port = Number(new URL(mongodbUri.replace(/^mongodb/, 'http')).port);
  await using proxy = await openTcpProxy('127.0.0.1', port);
  const uri = `${mongodbUri.replace(String(port), String(proxy.port))}&serverSelectionTimeoutMS=1000`;
  await using pipeline = await openPipeline({ partitions: 1, sinkTimeoutSeconds: 10, sink: { 'connection.uri': uri } });
  const { client, sink, sinks, source, sources } = pipeline;
  await client.db(sink.dbName).createCollection(sink.collectionName, { validator: { bad: { $exists: false } } });
  await sources[0]!.until('streaming');
  await source.insertOne({ _id: 'before' as never });
  await until('the first document is copied', async () => (await sink.countDocuments()) === 1);

  proxy.cut();
  await source.insertMany([
    { _id: 'good' as never },
    { _id: 'poison' as never, bad: true },
    { _id: 'behind' as never },
  ]);
  const [mapping] = sinks[0]!.mappings;
  await until('the batch failed several times', () => mapping!.stats().failures >= FAILED_INVOCATIONS, 90_000);
  expect(await receiveDeadLetters(pipeline.services, `${pipeline.name}-sink`)).toEqual([]);
  expect(await sink.countDocuments()).toBe(1);

  proxy.heal();
  await until('the good ones are copied', async () => (await sink.countDocuments()) === 3);
  await until('nothing waits', () => mapping!.stats().lag === 0);
  const letters = await receiveDeadLetters(pipeline.services, `${pipeline.name}-sink`);
  expect(letters.map(({ Body }) => JSON.parse(Body ?? '').record.key)).toEqual(['{"_id": "poison"}']);
  await sleep(2000);
  expect(await receiveDeadLetters(pipeline.services, `${pipeline.name}-sink`)).toEqual([]);
}, 240_000);
