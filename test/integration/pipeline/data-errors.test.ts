import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDeadLetter } from '../../../functions/aws/dead-letter.ts';
import { receiveDeadLetters } from '../../support/dead-letters.ts';
import { openPipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

/** The key fits its converter, the value never does. */
const UNCONVERTIBLE = {
  'output.format.value': 'bson',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
};

test('errors.tolerance=all: what no converter takes is a dead letter of the source, and the position goes on behind it', async () => {
  await using pipeline = await openPipeline({ source: { ...UNCONVERTIBLE, 'errors.tolerance': 'all' } });
  const { name, services, source, sources } = pipeline;
  await sources[0]!.until('streaming');
  await source.insertOne({ _id: 1 as never, secret: 'content' });
  const found = await receiveUntil(services, `${name}-source`);
  const letter = parseDeadLetter(found.Body ?? '');
  expect(letter).toMatchObject({
    connector: `${name}-source`,
    error: { code: 'RECORD_INVALID', stage: 'VALUE_CONVERTER' },
    record: { namespace: `${name}-db.items`, key: Buffer.from('{"_id": 1}') },
    attempts: 1,
  });
  expect(found.MessageAttributes).toMatchObject({ namespace: { StringValue: `${name}-db.items` } });
  const { record } = letter;
  if (!('token' in record)) throw new Error('Expected a dead letter of a source');
  expect(JSON.parse(String(record.value))).toMatchObject({ fullDocument: { secret: 'content' } });
  expect(JSON.parse(record.token)).toHaveProperty('_data');
  const passed = async () => JSON.parse((await pipeline.storedOffset())?.offset._id ?? '{}')._data;
  await until('the position is behind it', async () => ((await passed()) ?? '') >= JSON.parse(record.token)._data);
  expect((await sources[0]!.health())?.state).toBe('streaming');
});

test('errors.tolerance=none: it stops the task with a sentence, without a dead letter', async () => {
  // an idle stream's position would move in between
  const source = { ...UNCONVERTIBLE, 'offset.flush.interval.ms': '600000' };
  await using pipeline = await openPipeline({ source });
  const { name, services, sources } = pipeline;
  const [service] = sources;
  await service!.until('streaming');
  const before = await pipeline.storedOffset();
  await pipeline.source.insertOne({ _id: 1 as never, secret: 'content' });
  expect(await service!.task().exited).toBe(2);
  const log = readFileSync(service!.task().logFile, 'utf8');
  expect(log).toContain('Expected a value that can be printed for StringConverter, got bytes');
  expect(log).not.toContain('content');
  expect(await receiveDeadLetters(services, `${name}-source`)).toEqual([]);
  expect((await pipeline.storedOffset())?.offset).toEqual(before?.offset);
});

async function receiveUntil(services: Parameters<typeof receiveDeadLetters>[0], connector: string) {
  let found: Awaited<ReturnType<typeof receiveDeadLetters>> = [];
  await until('there is a dead letter', async () => {
    found = await receiveDeadLetters(services, connector);
    return found.length > 0;
  });
  expect(found).toHaveLength(1);
  return found[0]!;
}
