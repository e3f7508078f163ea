import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { parkedItems } from '../../../functions/aws/parked-items.ts';
import { parkedKeys } from '../../../functions/aws/parked-keys.ts';
import { LOCAL_CREDENTIALS } from '../../../infra/local/aws-environment.ts';
import { openLocalEnvironment, sinkLetter } from './local-environment.ts';

const CONNECTOR = 'orders-sink';
const KEY = 'shop.orders#{"_id": 1}';
const at = (...offsets: number[]) => offsets.map((offset) => ({ at: 'orders-3', offset }));
const letter = (offset: number, parkedKey: string | false = KEY) => ({ ...sinkLetter(offset), parkedKey });

/** An environment in which these offsets of one key wait. */
async function openParked(...offsets: number[]) {
  const local = await openLocalEnvironment();
  const { dynamodbEndpoint: endpoint, region, table } = local;
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  const items = parkedItems(table, CONNECTOR, dynamodb);
  const keys = parkedKeys(items, { newVersion: randomUUID, now: Date.now });
  if (offsets.length > 0) await keys.join(KEY, at(...offsets), 'parks');
  return {
    ...local,
    keys,
    waits: async () => (await items.get(KEY))?.waits.map(({ offset }) => offset),
    /** Stands in for the replay function: writes what comes, and says what it was. */
    async replayAll(count: number): Promise<number[]> {
      const replayed: number[] = [];
      while (replayed.length < count) {
        const request = { QueueUrl: local.replayQueueUrl, VisibilityTimeout: 60, WaitTimeSeconds: 1 };
        for (const { Body = '' } of (await local.sqs.send(new ReceiveMessageCommand(request))).Messages ?? []) {
          const { offset } = JSON.parse(Body).record;
          replayed.push(offset);
          await keys.settle(KEY, at(offset));
        }
        await sleep(10);
      }
      return replayed;
    },
    async [Symbol.asyncDispose]() {
      dynamodb.destroy();
      await local[Symbol.asyncDispose]();
    },
  };
}

describe.concurrent('redrive', () => {
  test('sends those of one key in the order of their records, each when the one before it is written', async () => {
    await using local = await openParked(7, 8, 9);
    for (const offset of [9, 7, 8]) await local.send(letter(offset));
    const [{ exitCode, out }, replayed] = await Promise.all([
      local.run('dead-letters', 'redrive', '--all'),
      local.replayAll(3),
    ]);
    expect({ exitCode, replayed, first: out[0] }).toEqual({
      exitCode: 0,
      replayed: [7, 8, 9],
      first: 'Sent 3 dead letters to the replay queue',
    });
    expect(await local.waits()).toBeUndefined();
    expect(await local.deadLetters()).toEqual({ visible: 0, hidden: 0 });
  });

  test('leaves what waits behind a letter that is not there, visible, and says so', async () => {
    await using local = await openParked(7, 8);
    await local.send(letter(8));
    const { exitCode, out } = await local.run('dead-letters', 'redrive', '--all');
    expect(exitCode).toBe(1);
    expect(out).toContain('Left 1 dead letter of one key behind orders-3@7, whose dead letter is not among them');
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('where keys are not parked says that newer state may be overwritten, and asks for --force', async () => {
    await using local = await openParked();
    const id = await local.send(letter(7, false));
    for (const selection of [['--all'], [id]]) {
      const { exitCode, out } = await local.run('dead-letters', 'redrive', ...selection);
      expect(exitCode).toBe(1);
      expect(out[1]).toBe(
        'Left 1 dead letter: errors.park.keys is off, so newer state of their documents may be overwritten. Send them with --force',
      );
    }
    expect(await local.replaying()).toEqual([]);
    expect((await local.run('dead-letters', 'redrive', '--all', '--force')).exitCode).toBe(0);
    expect(await local.replaying()).toHaveLength(1);
  });

  test('warns of letters whose key is not known, and sends them', async () => {
    await using local = await openParked();
    await local.send(sinkLetter(7));
    const { err, exitCode } = await local.run('dead-letters', 'redrive', '--all');
    expect({ err, exitCode }).toEqual({
      err: ['Warning: the key of 1 dead letter is not known, newer state may be overwritten by them'],
      exitCode: 0,
    });
  });
});

test.concurrent('list and show say what waits behind a dead letter', async () => {
  await using local = await openParked(7, 8, 9);
  const id = await local.send(letter(7));
  const listed = await local.run('dead-letters', 'list');
  expect(listed.out.at(-2)).toBe('Behind orders-3@7 wait orders-3@8, orders-3@9');
  const shown = await local.run('dead-letters', 'show', id);
  expect(shown.out).toContain(`Key: ${KEY}, parked, behind it wait orders-3@8, orders-3@9`);
});

describe.concurrent('free', () => {
  test('gives up a position whose letter is gone, and the rest of its key goes on waiting', async () => {
    await using local = await openParked(7, 8);
    await local.send(letter(8));
    const { exitCode, out } = await local.run('dead-letters', 'free', 'orders-3@7', '--connector', CONNECTOR);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: ['Gave up orders-3@7', 'Of the key 1 still waits: send them again'],
    });
    expect(await local.waits()).toEqual([8]);
  });

  test('gives up a key with all that waits of it, by its text', async () => {
    await using local = await openParked(7, 8);
    const { out } = await local.run('dead-letters', 'free', '{"_id": 1}', '--connector', CONNECTOR);
    expect(out).toEqual(['Gave up 2 positions', 'The key is free: its next records are written']);
    expect(await local.waits()).toBeUndefined();
  });

  test('refuses where the letter is still there, unless it is forced', async () => {
    await using local = await openParked(7);
    await local.send(letter(7));
    const free = ['dead-letters', 'free', 'orders-3@7', '--connector', CONNECTOR];
    expect(await local.run(...free)).toMatchObject({
      exitCode: 1,
      err: ['Error: The dead letter of orders-3@7 is in the queue: send it again, or add --force to give it up'],
    });
    await local.sqs.send(new ReceiveMessageCommand({ QueueUrl: local.deadLetterQueueUrl, VisibilityTimeout: 60 }));
    expect((await local.run(...free)).err[0]).toMatch(/1 dead letter .* just now.*--force/);
    expect(await local.waits()).toEqual([7]);
    expect((await local.run(...free, '--force')).exitCode).toBe(0);
    expect(await local.waits()).toBeUndefined();
  });

  test('does not touch what a replay is just writing', async () => {
    await using local = await openParked(7);
    await local.keys.hold(KEY, at(7)[0]!, { owner: 'o', until: Date.now() + 60_000 });
    const { err } = await local.run('dead-letters', 'free', 'orders-3@7', '--connector', CONNECTOR);
    expect(err).toEqual(['Error: A replay is just writing orders-3@7: try again later']);
    expect(await local.waits()).toEqual([7]);
  });

  test('a position that nothing waits at is a sentence', async () => {
    await using local = await openParked(7);
    const { err, exitCode } = await local.run('dead-letters', 'free', 'orders-3@9', '--connector', CONNECTOR);
    expect({ err, exitCode }).toEqual({ err: ['Error: Nothing of orders-sink waits at "orders-3@9"'], exitCode: 1 });
  });
});

test.concurrent('status says how many keys are parked, and where', async () => {
  await using local = await openParked(7, 8, 9);
  const config = { 'connector.class': 'MongoSink', topics: 'orders', 'connection.uri': 'mongodb://h', database: 'd' };
  local.folder.write('infra/environments/local/connectors/orders-sink.json', { name: CONNECTOR, config });
  const { out } = await local.run('status');
  expect(out).toContain('Parked keys of orders-sink: 1, records that wait: 3');
  expect(out).toContain('Key of orders-sink parked at orders-3@7, and 2 behind it');
});
