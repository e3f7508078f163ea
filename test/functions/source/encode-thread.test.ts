import { expect, test } from 'vitest';
import type { DataError } from '../../../functions/connect/errors.ts';
import type { SourceRecord } from '../../../functions/connect/records.ts';
import { openEncoders } from '../../../functions/connectors/mongodb/source/encode/encoders.ts';
import { mongodbSourceConfig } from '../../../functions/connectors/mongodb/source/properties.ts';
import { startThread } from '../../../functions/source/start-thread.ts';
import { insertEvent } from '../../support/insert-event.ts';
import { toBytes } from '../connectors/mongodb/bson/tagged-bson.ts';

const config = (threads: number) =>
  mongodbSourceConfig.parse({
    name: 'orders',
    'connector.class': 'MongoSource',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'encode.threads': String(threads),
  });

const keyOf = (record: unknown) => {
  const { converted } = record as SourceRecord;
  return converted && 'key' in converted ? String(converted.key) : '';
};

test('real threads give each reply its own records, in memory that is used again', async () => {
  await using encoders = openEncoders(config(2), { vcpus: 1, start: startThread });
  for (let round = 0; round < 3; round += 1) {
    const replies = Array.from({ length: 5 }, (_, reply) => [`${round} ${reply} a`, `${round} ${reply} b`]);
    const encoded = await Promise.all(replies.map((ids) => encoders!.encode(ids.map(insertEvent))));
    expect(encoded.map((events) => [0, 1].map((place) => keyOf(events.at(place))))).toEqual(
      replies.map((ids) => ids.map((id) => `{"_id": "${id}"}`)),
    );
    for (const events of encoded) events.release();
  }
});

test('an event that can’t be a record comes back as its error', async () => {
  await using encoders = openEncoders(config(1), { vcpus: 1, start: startThread });
  const broken = toBytes([['_id', { type: 'string', value: 'no document' }]]);
  const encoded = await encoders!.encode([insertEvent('a'), broken, insertEvent('c')]);
  expect(encoded.at(1) as DataError).toMatchObject({ name: 'DataError', code: 'CHANGE_EVENT_INVALID' });
  expect([keyOf(encoded.at(0)), keyOf(encoded.at(2))]).toEqual(['{"_id": "a"}', '{"_id": "c"}']);
});

test('a thread that ends in the middle of its work fails it, and what is asked for later', async () => {
  const threads: ReturnType<typeof startThread>[] = [];
  const start = (given: unknown) => {
    threads.push(startThread(given));
    return threads.at(-1)!;
  };
  await using encoders = openEncoders(config(1), { vcpus: 1, start });
  const running = expect(encoders!.encode([insertEvent('a')])).rejects.toMatchObject({ code: 'THREAD_LOST' });
  await threads[0]!.end();
  await running;
  await expect(encoders!.encode([insertEvent('b')])).rejects.toMatchObject({
    name: 'RetriableError',
    code: 'THREAD_LOST',
  });
});
