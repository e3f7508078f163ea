import { expect, test } from 'vitest';
import { openEncoders, threadsOf } from '../../../../../../functions/connectors/mongodb/source/encode/encoders.ts';
import { mongodbSourceConfig } from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { inlineThreads } from '../../../../../support/inline-threads.ts';

const configOf = (threads: number, format = 'json') =>
  mongodbSourceConfig.parse({
    name: 'orders',
    'connector.class': 'MongoSource',
    'encode.threads': String(threads),
    'output.format.value': format,
  });

test.each([
  ['two vCPUs have none', -1, 2, 'json', 0],
  ['four have one', -1, 4, 'json', 1],
  ['a third thread would wait for the task', -1, 16, 'schema', 2],
  ['bytes that stay as they are need none', -1, 16, 'bson', 0],
  ['none, as asked for', 0, 16, 'json', 0],
  ['as many as asked for', 3, 0.5, 'bson', 3],
])('%s', (_, threads, vcpus, format, expected) => {
  expect(threadsOf(configOf(threads, format), vcpus)).toBe(expected);
});

test('without threads all is done in the task’s own', () => {
  expect(openEncoders(configOf(2), undefined)).toBeUndefined();
  expect(openEncoders(configOf(0), inlineThreads())).toBeUndefined();
});

test('threads end with their owner', async () => {
  const threads = inlineThreads();
  {
    await using _encoders = openEncoders(configOf(2), threads);
    expect(threads.running).toBe(2);
  }
  expect(threads.running).toBe(0);
});

test('memory that was given back goes along again, once', async () => {
  const threads = inlineThreads();
  await using encoders = openEncoders(configOf(1), threads);
  const large = Array.from({ length: 4 }, () => Buffer.alloc(1000));
  const small = [Buffer.from('small')];
  const first = await encoders!.encode(large);
  first.release();
  first.release();
  await encoders!.encode(small);
  await encoders!.encode(small);
  expect(threads.jobs).toEqual([4000, 4000, 5]);
});
