import { randomBytes } from 'node:crypto';
import { BSON, type Document } from 'mongodb';
import { expect, test } from 'vitest';
import { CLAIM_CHECK_HEADER } from '../../../functions/aws/claim-check.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { openPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

const LARGEST = 15.9 * 1024 * 1024;

/** Of 15.9 MB, with a part that no compression makes smaller and one that JSON makes larger. */
function largest(_id: string): Document {
  const filler = { _id, random: randomBytes(4_000_000), text: 'ü"\u0000'.repeat(500_000), rest: '' };
  return { ...filler, rest: 'x'.repeat(LARGEST - BSON.calculateObjectSize(filler)) };
}

/** Headers and sizes of the values in the topic, in order. */
async function valuesOf({ services, topic }: Pipeline, count: number) {
  const consumer = localKafka(services.kafkaBootstrapServers).consumer({ groupId: `${topic}-reader` });
  const values: { isReference: boolean; bytes: number }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { headers = {}, value } }) => {
      values.push({ isReference: CLAIM_CHECK_HEADER in headers, bytes: value?.length ?? 0 });
    },
  });
  await until('all values are read', () => values.length >= count);
  await consumer.disconnect();
  return values;
}

test('a document of 15.9 MB arrives identical through a topic with default limits, in its place among others', async () => {
  await using pipeline = await openPipeline({ partitions: 1 });
  const { sink, source, sources } = pipeline;
  await sources[0]!.until('streaming');
  const document = largest('large');
  await source.insertOne({ _id: 'before' as never });
  await source.insertOne(document);
  await source.updateOne({ _id: 'large' as never }, { $set: { behind: 1 } });
  await source.insertOne({ _id: 'after' as never });

  await until(
    'all are copied',
    async () => (await sink.countDocuments({ $or: [{ behind: 1 }, { _id: 'after' as never }] })) === 2,
    90_000,
  );
  const copied = await sink.findOne({ _id: 'large' as never }, { raw: true } as never);
  const expected = BSON.serialize({ ...document, behind: 1 });
  expect(Buffer.from(copied as never as Uint8Array).equals(expected)).toBe(true);
  const values = await valuesOf(pipeline, 4);
  expect(values.map(({ isReference }) => isReference)).toEqual([false, true, false, false]);
  expect(values[1]!.bytes).toBeLessThan(500);
}, 150_000);
