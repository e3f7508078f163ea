import { type Document, MongoNetworkError } from 'mongodb';
import { expect, test } from 'vitest';
import type { Threads } from '../../../../../functions/connect/connector.ts';
import { RetriableError } from '../../../../../functions/connect/errors.ts';
import { poll } from '../../../../../functions/connectors/mongodb/source/poll.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import type { RawReply } from '../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import { inlineThreads } from '../../../../support/inline-threads.ts';
import { silentProbe, sourceDeps, storedAt } from '../../../../support/source-deps.ts';
import { type Field, toBytes } from '../bson/tagged-bson.ts';

const config = (properties: Readonly<Record<string, string>> = {}) =>
  mongodbSourceConfig.parse({
    name: 'orders',
    'connector.class': 'MongoSource',
    database: 'shop',
    collection: 'orders',
    ...properties,
  });

const token = (n: number): Field['1'] => ({ type: 'document', value: [['_data', { type: 'string', value: `T${n}` }]] });
const tokenText = (n: number) => `{"_data": "T${n}"}`;

const insert = (
  n: number,
  documentKey: Field['1'] = { type: 'document', value: [['_id', { type: 'int32', value: n }]] },
) =>
  ({
    type: 'document',
    value: [
      ['_id', token(n)],
      ['operationType', { type: 'string', value: 'insert' }],
      [
        'ns',
        {
          type: 'document',
          value: [
            ['db', { type: 'string', value: 'shop' }],
            ['coll', { type: 'string', value: 'orders' }],
          ],
        },
      ],
      ['documentKey', documentKey],
    ],
  }) satisfies Field['1'];

function reply(postBatchToken: number, events: readonly Field['1'][] = [], id = 5n): RawReply {
  const cursor = toBytes([
    ['nextBatch', { type: 'array', value: events }],
    ['postBatchResumeToken', token(postBatchToken)],
    ['id', { type: 'int64', value: id }],
    ['ns', { type: 'string', value: 'shop.orders' }],
  ]);
  return { ok: 1, cursor };
}

/** A deployment that gives these answers, one after another, and then waits until it is cut off. */
function deployment(...answers: readonly (RawReply | Error)[]) {
  const left = [...answers];
  const commands: Document[] = [];
  const notes: string[] = [];
  const connect = () => ({
    openSession: () => ({
      async run(_database: string, command: Document, signal: AbortSignal) {
        commands.push(command);
        notes.push(Object.keys(command)[0] ?? '');
        if ('killCursors' in command) return {};
        const answer = left.shift();
        if (answer instanceof Error) throw answer;
        if (answer) return answer;
        return new Promise<RawReply>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      end: async () => void notes.push('end'),
    }),
    close: async () => void notes.push('close'),
  });
  return { connect, commands, notes, starts: () => commands.filter((command) => command.aggregate).map(startOf) };
}
const startOf = (command: Document) => command.pipeline[0].$changeStream.startAfter?._data;

function start(from: ReturnType<typeof deployment>, properties = {}, stored?: { _id: string }, threads?: Threads) {
  const stop = new AbortController();
  const parsed = config(properties);
  const deps = sourceDeps({ now: () => 0, ...(threads && { threads }) });
  const batches = poll(parsed, storedAt(parsed, stored), deps, stop.signal, {
    connect: from.connect,
    fewestEvents: 1,
    probe: silentProbe,
    random: () => 0,
  });
  return { stop, batches };
}

async function take(batches: ReturnType<typeof start>['batches'], count: number) {
  const taken = [];
  while (taken.length < count) {
    const { value, done } = await batches.next();
    if (done) break;
    taken.push({ keys: value.records.map(({ key }) => String(key)), token: value.offset._id });
  }
  return taken;
}

test('the next getMore is on its way while a batch is worked on', async () => {
  const server = deployment(reply(0), reply(1, [insert(1)]), reply(2, [insert(2)]));
  const { batches } = start(server);
  await take(batches, 2);
  expect(server.notes).toEqual(['aggregate', 'getMore', 'getMore']);
  await batches.return(undefined);
});

test('the first batch is empty and has the token of the opening', async () => {
  const { batches } = start(deployment(reply(0)));
  expect(await take(batches, 1)).toEqual([{ keys: [], token: tokenText(0) }]);
  await batches.return(undefined);
});

test('a reply that had arrived but was not taken comes again after a failure', async () => {
  const server = deployment(
    reply(0),
    reply(1, [insert(1)]),
    new MongoNetworkError('read ECONNRESET'),
    reply(1),
    reply(2, [insert(2)]),
  );
  const { batches } = start(server);

  expect(await take(batches, 4)).toEqual([
    { keys: [], token: tokenText(0) },
    { keys: ['{"_id": 1}'], token: tokenText(1) },
    { keys: [], token: tokenText(1) },
    { keys: ['{"_id": 2}'], token: tokenText(2) },
  ]);
  expect(server.starts()).toEqual([undefined, 'T1']);
  await batches.return(undefined);
});

test('a failure before the first reply with events goes on behind the token of the opening, not from now', async () => {
  const server = deployment(reply(0), new MongoNetworkError('read ECONNRESET'), reply(9), reply(1, [insert(1)]));
  const { batches } = start(server);
  await take(batches, 3);
  expect(server.starts()).toEqual([undefined, 'T0']);
  await batches.return(undefined);
});

test('a large reply is handed on in slices, each with the token of its last event', async () => {
  const server = deployment(reply(0), reply(7, [insert(1), insert(2), insert(3), insert(4), insert(5)]));
  const { batches } = start(server, { 'poll.max.batch.size': '2' });
  expect((await take(batches, 4)).slice(1)).toEqual([
    { keys: ['{"_id": 1}', '{"_id": 2}'], token: tokenText(2) },
    { keys: ['{"_id": 3}', '{"_id": 4}'], token: tokenText(4) },
    { keys: ['{"_id": 5}'], token: tokenText(7) },
  ]);
  await batches.return(undefined);
});

test('what comes before an event that cannot be a record is handed on first', async () => {
  const broken = insert(2, { type: 'int32', value: 2 });
  const { batches } = start(deployment(reply(0), reply(3, [insert(1), broken, insert(3)])));
  expect((await take(batches, 2))[1]).toEqual({ keys: ['{"_id": 1}'], token: tokenText(1) });
  await expect(batches.next()).rejects.toMatchObject({
    name: 'DataError',
    message: 'Expected documentKey of a change event to be a document, got BSON type 16; see the stages of pipeline',
  });
});

test('an event that cannot be a record is left out where errors are tolerated, and its batch tells of it', async () => {
  const broken = insert(2, { type: 'int32', value: 2 });
  const { batches } = start(deployment(reply(0), reply(3, [insert(1), broken, insert(3)])), {
    'errors.tolerance': 'all',
  });
  await batches.next();
  const { value: batch, done } = await batches.next();
  if (done) throw new Error('Expected a batch');
  expect(batch.records.map(({ key }) => String(key))).toEqual(['{"_id": 1}', '{"_id": 3}']);
  expect(batch.offset._id).toBe(tokenText(3));
  const [rejected] = batch.rejected ?? [];
  expect(rejected).toMatchObject({
    namespace: 'shop.orders',
    token: tokenText(2),
    error: { code: 'CHANGE_EVENT_INVALID' },
    class: 'com.mongodb.kafka.connect.source.MongoSourceTask',
  });
  expect(JSON.parse(String(rejected?.value))).toMatchObject({ operationType: 'insert', documentKey: 2 });
  expect(batch.originOf?.(1)).toMatchObject({ token: tokenText(3), key: Buffer.from('{"_id": 3}') });
  await batches.return(undefined);
});

test('a batch with nothing but a rejected event is handed on, for its dead letter', async () => {
  const broken = insert(1, { type: 'int32', value: 1 });
  const { batches } = start(deployment(reply(0), reply(1, [broken])), { 'errors.tolerance': 'all' });
  await batches.next();
  const { value: batch } = await batches.next();
  expect(batch).toMatchObject({ records: [], rejected: [{ token: tokenText(1) }], offset: { _id: tokenText(1) } });
  await batches.return(undefined);
});

test('giving up kills the cursor, then ends session and connection', async () => {
  const server = deployment(reply(0));
  const { batches } = start(server);
  await take(batches, 1);
  await batches.return(undefined);
  expect(server.notes).toEqual(['aggregate', 'killCursors', 'end', 'close']);
  expect(server.commands.at(-1)).toMatchObject({ killCursors: 'orders' });
});

test('the signal ends a getMore that waits, without an error', async () => {
  const server = deployment(reply(0));
  const { batches, stop } = start(server);
  await take(batches, 1);
  const waiting = batches.next();
  stop.abort();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect(server.notes).toContain('close');
});

test('a cursor that the server closes is opened again behind its last token', async () => {
  const server = deployment(reply(0), reply(1, [insert(1)], 0n), reply(1));
  const { batches } = start(server);
  await take(batches, 3);
  expect(server.starts()).toEqual([undefined, 'T1']);
  await batches.return(undefined);
});

test('a stored token that is no token is a lost position', async () => {
  const { batches } = start(deployment(), {}, { _id: 'nonsense' });
  await expect(batches.next()).rejects.toMatchObject({ name: 'StoppedError', code: 'POSITION_LOST' });
});

const THREAD = { 'encode.threads': '1' };

test('where a thread is lost, what it had is not passed: all before it is yielded, and nothing behind it', async () => {
  const lost = new RetriableError('THREAD_LOST', 'out of memory');
  let jobs = 0;
  const threads = inlineThreads(2, async (run) => {
    jobs += 1;
    if (jobs === 2) throw lost;
    return run();
  });
  const server = deployment(reply(0), reply(1, [insert(1)]), reply(2, [insert(2)]), reply(3, [insert(3)]));
  const { batches } = start(server, THREAD, undefined, threads);

  const offsets: unknown[] = [];
  const reading = (async () => {
    for await (const { offset } of batches) offsets.push(offset._id);
  })();
  await expect(reading).rejects.toBe(lost);
  expect(offsets).toEqual([tokenText(0), tokenText(1)]);
  expect([server.notes.at(-1), threads.running]).toEqual(['close', 0]);
});

test('a task that stops ends its threads, with replies still on their way', async () => {
  const never = new Promise<never>(() => undefined);
  const threads = inlineThreads(2, () => never);
  const { batches, stop } = start(deployment(reply(0), reply(1, [insert(1)])), THREAD, undefined, threads);
  await take(batches, 1);
  const next = batches.next();
  await expect.poll(() => threads.jobs.length).toBe(1);
  stop.abort();
  void next;
  void batches.return(undefined);
  await expect.poll(() => threads.running).toBe(0);
});
