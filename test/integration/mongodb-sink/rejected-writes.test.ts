import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../functions/aws/stored-dead-letter.ts';
import { CHANGE_STREAMS, failures, NO_FAILURES, offsetsOf, openSinking } from './sinking.ts';

const COUNT = 1000;
const documents = (count: number, change: (n: number) => string | undefined) =>
  Array.from({ length: count }, (_, n) => change(n) ?? `{"_id": ${n}, "n": ${n}}`);

describe.each(['true', 'false'])('bulk.write.ordered=%s', (ordered) => {
  const properties = { 'bulk.write.ordered': ordered };

  test.each([
    [
      'that a validator refuses',
      '{"_id": 500, "bad": 1}',
      {
        code: 'WRITE_REJECTED',
        class: 'com.mongodb.kafka.connect.sink.dlq.WriteException',
        message: expect.stringMatching(/^v=1, code=121, message=.*, details=\{/s),
      },
    ],
    [
      'of 17 MB',
      `{"_id": 500, "text": "${'x'.repeat(17 * 1024 * 1024)}"}`,
      {
        code: 'RECORD_INVALID',
        message: expect.stringMatching(/^Expected a document of at most 16777216 bytes, got /),
      },
    ],
    ['with a $ field', '{"_id": 500, "$x": 1}', { code: expect.stringMatching(/^(?:WRITE_REJECTED|RECORD_INVALID)$/) }],
  ])('of 1,000 documents one %s is the only one that is not written', async (_, bad, error) => {
    await using sinking = await openSinking(properties, { hasBucket: true });
    await sinking.db.createCollection('target', { validator: { bad: { $exists: false } } });
    expect(await sinking.put(documents(COUNT, (n) => (n === 500 ? bad : undefined)))).toEqual(NO_FAILURES);
    const ids = await sinking.target.distinct('_id');
    expect(ids).toHaveLength(COUNT - 1);
    expect(ids).not.toContain(500);
    const [body, ...others] = await sinking.messages();
    expect(others).toEqual([]);
    expect(parseMessage(body!)).toMatchObject({
      attempts: 1,
      error: { stage: 'TASK_PUT', ...error },
      record: { topic: 'topic', partition: 0, offset: 500 },
    });
    expect(JSON.parse(body!).record.value ?? 'in the bucket').toBe(bad.length < 1000 ? bad : 'in the bucket');
  });

  test('a document with a $ field, one that is no document and one that is no JSON are dead letters alone', async () => {
    await using sinking = await openSinking(properties);
    const odd = new Map([
      [3, '{"_id": 3, "$x": 1}'],
      [5, '[5]'],
      [7, '{"_id": 7'],
    ]);
    expect(await sinking.put(documents(10, (n) => odd.get(n)))).toEqual(NO_FAILURES);
    expect(await sinking.target.countDocuments()).toBe(7);
    expect(offsetsOf(await sinking.deadLetters())).toEqual([3, 5, 7]);
  });

  test('without a bucket a document of 17 MB is not written and not lost, and its neighbours are written', async () => {
    await using sinking = await openSinking(properties);
    const large = `{"_id": 2, "text": "${'x'.repeat(17 * 1024 * 1024)}"}`;
    // larger than a message of the queue may be: until it has another place, the record stays in the topic
    expect(await sinking.put(documents(5, (n) => (n === 2 ? large : undefined)))).toEqual(failures(2, 4));
    expect(await sinking.target.countDocuments()).toBe(4);
    expect(await sinking.deadLetters()).toEqual([]);
    expect(sinking.log.lines).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ code: 'DEAD_LETTER_UNSENT' }) }),
    );
  });

  test('a value that moves from one document to another meets its unique index and is written', async () => {
    await using sinking = await openSinking(properties);
    await sinking.target.createIndex({ u: 1 }, { unique: true });
    await sinking.put(['{"_id": 1, "u": "x"}', '{"_id": 2, "u": "y"}']);
    const swapped = ['{"_id": 1, "u": "tmp"}', '{"_id": 1, "u": "y"}', '{"_id": 2, "u": "x"}'];
    expect(await sinking.put(swapped, { firstOffset: 2 })).toEqual(NO_FAILURES);
    expect(await sinking.deadLetters()).toEqual([]);
    expect(await sinking.target.find({}, { sort: { _id: 1 } }).toArray()).toEqual([
      { _id: 1, u: 'y' },
      { _id: 2, u: 'x' },
    ]);
  });

  test.each([
    ['the one after the other', [0, 0, 1]],
    ['the other after the one', [1, 1, 0]],
  ])('two documents on different partitions swap a unique value: %s', async (_, partitions) => {
    await using sinking = await openSinking(properties);
    await sinking.target.createIndex({ u: 1 }, { unique: true });
    await sinking.put(['{"_id": 1, "u": "x"}', '{"_id": 2, "u": "y"}']);
    const swapped = ['{"_id": 1, "u": "tmp"}', '{"_id": 1, "u": "y"}', '{"_id": 2, "u": "x"}'];
    expect(await sinking.put(swapped, { firstOffset: 2, partitions })).toEqual(NO_FAILURES);
    expect(await sinking.deadLetters()).toEqual([]);
    expect(await sinking.target.find({}, { sort: { _id: 1 } }).toArray()).toEqual([
      { _id: 1, u: 'y' },
      { _id: 2, u: 'x' },
    ]);
  });

  test('two invocations at the same time swap a unique value', async () => {
    await using sinking = await openSinking(properties);
    await sinking.target.createIndex({ u: 1 }, { unique: true });
    await sinking.put(['{"_id": 1, "u": "x"}', '{"_id": 2, "u": "y"}']);
    const first = sinking.put(['{"_id": 2, "u": "x"}'], { partitions: [1] });
    const second = sinking.put(['{"_id": 1, "u": "tmp"}', '{"_id": 1, "u": "y"}'], { firstOffset: 2 });
    expect(await Promise.all([first, second])).toEqual([NO_FAILURES, NO_FAILURES]);
    expect(await sinking.deadLetters()).toEqual([]);
    expect((await sinking.target.distinct('u')).sort()).toEqual(['x', 'y']);
  });

  test('a value that is really taken is a dead letter', async () => {
    await using sinking = await openSinking(properties);
    await sinking.target.createIndex({ u: 1 }, { unique: true });
    const values = ['{"_id": 1, "u": "x"}', '{"_id": 2, "u": "x"}', '{"_id": 3, "u": "z"}'];
    expect(await sinking.put(values)).toEqual(NO_FAILURES);
    expect(await sinking.target.countDocuments()).toBe(2);
    expect(offsetsOf(await sinking.deadLetters())).toEqual([1]);
  });
});

test('under errors.tolerance=none the topic-partition is held at the bad record, and nothing behind it is written', async () => {
  await using sinking = await openSinking({ 'errors.tolerance': 'none' });
  await sinking.db.createCollection('target', { validator: { bad: { $exists: false } } });
  const values = documents(6, (n) => (n === 3 ? '{"_id": 3, "bad": 1}' : undefined));
  expect(await sinking.put(values)).toEqual(failures(3, 5));
  expect(await sinking.target.countDocuments()).toBe(3);
  expect(await sinking.deadLetters()).toEqual([]);
});

test('a replayed record that is rejected again is a new dead letter, also under errors.tolerance=none', async () => {
  await using sinking = await openSinking({ 'errors.tolerance': 'none' });
  expect(await sinking.put(['no JSON'], { attempts: 2 })).toEqual(NO_FAILURES);
  expect(await sinking.deadLetters()).toMatchObject([{ attempts: 3 }]);
});

test('a batch that comes twice inserts once', async () => {
  await using sinking = await openSinking();
  const values = documents(20, (n) => `{"n": ${n}}`);
  await sinking.put(values);
  await sinking.put(values);
  expect(await sinking.target.countDocuments()).toBe(20);
});

const updateOf = (id: unknown) =>
  JSON.stringify({
    operationType: 'update',
    documentKey: { _id: id },
    updateDescription: { updatedFields: { a: 1 }, removedFields: [] },
  });

test('an update whose document is not there is counted, and named in the log', async () => {
  await using sinking = await openSinking({ 'change.data.capture.handler': CHANGE_STREAMS });
  await sinking.target.insertOne({ _id: 1 as never });
  expect(await sinking.put([1, 2, 3].map(updateOf))).toEqual(NO_FAILURES);
  expect(sinking.metrics.get('sinkUpdatesMissed')).toBe(2);
  expect(sinking.log.lines).toContainEqual({
    level: 'warn',
    message: 'Updates found no document',
    fields: { namespace: `${sinking.db.databaseName}.target`, count: 2, positions: ['topic-0@1', 'topic-0@2'] },
  });
});

test('update.missing=reject makes dead letters of them, whatever their _id is like', async () => {
  const properties = { 'change.data.capture.handler': CHANGE_STREAMS, 'update.missing': 'reject' };
  await using sinking = await openSinking(properties);
  const here = [1, 'x', { b: 1, '0': 2 }, { $numberLong: '9007199254740993' }, { $oid: '5f15aab12435743f9bd126a4' }];
  const event = (id: unknown) =>
    JSON.stringify({ operationType: 'insert', documentKey: { _id: id }, fullDocument: {} });
  await sinking.put(here.map(event));
  const ids = [2, ...here, { b: 1, '0': 3 }];
  expect(await sinking.put(ids.map(updateOf), { firstOffset: 10 })).toEqual(NO_FAILURES);
  const letters = await sinking.deadLetters();
  expect(offsetsOf(letters)).toEqual([10, 16]);
  expect(letters[0]).toMatchObject({ error: { code: 'UPDATE_MISSED', stage: 'TASK_PUT' } });
  // as a batch that comes again
  expect(await sinking.put([updateOf(3), '{"operationType": "delete", "documentKey": {"_id": 3}}'])).toEqual(
    NO_FAILURES,
  );
  expect(await sinking.deadLetters()).toEqual([]);
});

test('events that change no document are left out, and said', async () => {
  await using sinking = await openSinking({ 'change.data.capture.handler': CHANGE_STREAMS });
  expect(await sinking.put(['{"operationType": "drop"}', '{"operationType": "drop"}', null])).toEqual(NO_FAILURES);
  expect(sinking.metrics.get('sinkSkipped')).toBe(3);
  expect(sinking.log.lines).toEqual([
    { level: 'warn', message: 'Events that change no document', fields: { event: 'drop', count: 2 } },
  ]);
});

test('errors.log.enable names the position and the code of a rejected record, and nothing of its content', async () => {
  await using sinking = await openSinking({ 'errors.log.enable': 'true' });
  await sinking.put(['{"secret": "hunter2"']);
  expect(sinking.log.lines).toEqual([
    {
      level: 'error',
      message: 'Record rejected',
      fields: expect.objectContaining({ position: 'topic-0@0', code: 'RECORD_INVALID' }),
    },
  ]);
  expect(JSON.stringify(sinking.log.lines)).not.toContain('hunter2');
});
