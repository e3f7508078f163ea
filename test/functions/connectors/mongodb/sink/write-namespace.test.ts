import { MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import type { Command, Reply } from '../../../../../functions/connectors/mongodb/sink/send-command.ts';
import { writeNamespace } from '../../../../../functions/connectors/mongodb/sink/write-namespace.ts';
import type { Write } from '../../../../../functions/connectors/mongodb/sink/writes.ts';

type Options = Partial<Pick<Write, 'command' | 'id' | 'holds' | 'topicPartition'>>;

/** A write whose statement is the byte of its place, so that a fake server can tell which it is. */
const write = (index: number, options: Options = {}): Write => ({
  index,
  position: `t-0@${index}`,
  topicPartition: 't-0',
  command: 'update',
  id: `${index}`,
  statement: Uint8Array.of(index),
  bytes: 1,
  isNamespaceOfRecord: false,
  holds: false,
  rejectsMissing: false,
  ...options,
});

const placesOf = ({ statements }: Command) => statements.map(([place]) => place!);
const written = (command: Command): Reply => ({
  count: command.statements.length,
  upserted: [],
  writeErrors: [],
  concernError: undefined,
});
/** An ordered command stops at the first refused one. */
const refusing =
  (codes: Readonly<Record<number, number>>) =>
  (command: Command): Reply => {
    const places = placesOf(command);
    const failed = places.flatMap((place, index) =>
      codes[place] === undefined ? [] : [{ index, code: codes[place], errmsg: 'no' }],
    );
    const writeErrors = command.isOrdered ? failed.slice(0, 1) : failed;
    const executed = command.isOrdered && failed[0] ? failed[0].index : places.length - failed.length;
    return { count: executed, upserted: [], writeErrors, concernError: undefined };
  };

async function run(
  writes: readonly Write[],
  serve: (command: Command, call: number) => Reply,
  { isOrdered = true, deadline = 60_000 } = {},
) {
  const calls: number[][] = [];
  let now = 0;
  const result = await writeNamespace({ database: 'd', collection: 'c' }, [{ isOrdered, writes }], deadline, {
    async send(command) {
      calls.push(placesOf(command));
      return serve(command, calls.length);
    },
    find: async () => [],
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
  });
  const statuses = writes.map(({ index }) => result.outcomes.get(index)?.status);
  return { calls, statuses, now, outcomes: result.outcomes };
}

test('what is behind a rejected write of an ordered command is written', async () => {
  const { calls, statuses } = await run(
    [0, 1, 2, 3].map((n) => write(n)),
    refusing({ 1: 121 }),
  );
  expect(calls).toEqual([
    [0, 1, 2, 3],
    [2, 3],
  ]);
  expect(statuses).toEqual(['written', 'rejected', 'written', 'written']);
});

test('an unordered command is not sent again', async () => {
  const writes = [0, 1, 2, 3].map((n) => write(n));
  const { calls, statuses } = await run(writes, refusing({ 1: 121, 2: 121 }), { isOrdered: false });
  expect(calls).toEqual([[0, 1, 2, 3]]);
  expect(statuses).toEqual(['written', 'rejected', 'rejected', 'written']);
});

test('a rejected write under errors.tolerance=none holds what is behind it in its topic-partition, and no other', async () => {
  const writes = [write(0), write(1, { holds: true }), write(2, { topicPartition: 't-1' }), write(3)];
  const { statuses, outcomes } = await run(writes, refusing({ 1: 121 }));
  expect(statuses).toEqual(['written', 'rejected', 'written', 'unsettled']);
  expect(outcomes.get(3)).toMatchObject({ error: { code: 'WRITE_SKIPPED' } });
});

test('a duplicate key is tried again when the rest is written', async () => {
  const { calls, statuses } = await run(
    [0, 1, 2].map((n) => write(n)),
    (command, call) => (call === 1 ? refusing({ 0: 11000 })(command) : written(command)),
  );
  expect(calls).toEqual([[0, 1, 2], [1, 2], [0]]);
  expect(statuses).toEqual(['written', 'written', 'written']);
});

test('a failure that passes is tried again until it has passed', async () => {
  const { calls, statuses, now } = await run([write(0)], (command, call) => {
    if (call < 4) throw new MongoNetworkError('closed');
    return written(command);
  });
  expect(calls).toHaveLength(4);
  expect(statuses).toEqual(['written']);
  expect(now).toBe(100 + 200 + 400);
});

test('at the deadline everything that is left is unsettled, and nothing is rejected', async () => {
  const writes = [write(0), write(1, { command: 'delete' }), write(2)];
  const serve = (): Reply => {
    throw new MongoNetworkError('closed');
  };
  const { statuses, now, outcomes } = await run(writes, serve, { deadline: 10_000 });
  expect(statuses).toEqual(['unsettled', 'unsettled', 'unsettled']);
  expect(now).toBeLessThan(10_000);
  expect(outcomes.get(0)).toMatchObject({ error: { code: 'MONGODB_TRANSIENT' } });
});

test('a write error that passes is tried again after a pause, and not for ever', async () => {
  const writes = [0, 1].map((n) => write(n));
  const healed = await run(writes, (command, call) => (call < 3 ? refusing({ 0: 112 })(command) : written(command)));
  expect(healed.statuses).toEqual(['written', 'written']);
  expect(healed.now).toBeGreaterThan(0);
  const lasting = await run(writes, refusing({ 0: 112 }), { deadline: 5_000 });
  expect(lasting.statuses[0]).toBe('unsettled');
});

test('a missing right is tried once and settles nothing', async () => {
  const { calls, statuses, outcomes } = await run([write(0), write(1)], () => {
    throw new MongoServerError({ code: 13, errmsg: 'not authorized' });
  });
  expect(calls).toHaveLength(1);
  expect(statuses).toEqual(['unsettled', 'unsettled']);
  expect(outcomes.get(0)).toMatchObject({ error: { code: 'MONGODB_REFUSED' } });
});

test('a refused login says so, so that the secret is read again', async () => {
  const { outcomes } = await run([write(0)], () => {
    throw new MongoServerError({ code: 18, errmsg: 'auth failed' });
  });
  expect(outcomes.get(0)).toMatchObject({ error: { details: { isLogin: true } } });
});

test('the write that makes its command fail as a whole is found and rejected alone', async () => {
  const { statuses } = await run(
    [0, 1, 2, 3, 4].map((n) => write(n)),
    (command) => {
      if (placesOf(command).includes(3)) throw new MongoServerError({ code: 10334, errmsg: 'too large' });
      return written(command);
    },
  );
  expect(statuses).toEqual(['written', 'written', 'written', 'rejected', 'written']);
});

test('a write concern that these servers can not meet settles nothing: the connection string asks for it', async () => {
  const { calls, statuses, outcomes } = await run([write(0), write(1)], (command) => ({
    ...written(command),
    concernError: { code: 100, codeName: 'UnsatisfiableWriteConcern', errmsg: 'Not enough data-bearing nodes' },
  }));
  expect(calls).toHaveLength(1);
  expect(statuses).toEqual(['unsettled', 'unsettled']);
  expect(outcomes.get(0)).toMatchObject({ error: { code: 'MONGODB_REFUSED' } });
});

test('a write concern that was not reached rejects what was written under it, in the words of the peer', async () => {
  const { statuses, outcomes } = await run([write(0)], (command) => ({
    ...written(command),
    concernError: { code: 64, codeName: 'WriteConcernFailed', errmsg: 'timed out', errInfo: { wtimeout: true } },
  }));
  expect(statuses).toEqual(['rejected']);
  expect(outcomes.get(0)).toMatchObject({
    class: 'com.mongodb.kafka.connect.sink.dlq.WriteConcernException',
    error: { message: 'v=1, code=64, codeName=WriteConcernFailed, message=timed out, details={"wtimeout": true}' },
  });
});
