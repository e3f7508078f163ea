import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { createOffsetStore } from '../../../functions/aws/offset-store.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { NOW } from '../../cli/command-line.ts';
import { openLocalEnvironment, openStatusServer, sinkLetter } from './local-environment.ts';

const running = {
  connectors: [
    { name: 'orders', type: 'source', state: 'streaming', lag: '0 s', rate: '12/s', deadLetters: 0, detail: null },
    { name: 'orders-sink', type: 'sink', state: 'running', lag: 3, rate: 12, deadLetters: 1, detail: 'waits for x' },
  ],
};

test('shows what the source task stored, what the launcher says, and how many dead letters wait', async () => {
  await using local = await openLocalEnvironment();
  await using server = await openStatusServer(running);
  local.publish({ statusUrl: server.url });
  await local.send(sinkLetter(1));
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: local.dynamodbEndpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS }),
  );
  const store = createOffsetStore(local.table, 'orders', {
    client,
    nowIso: () => new Date(NOW - 2000).toISOString(),
    newVersion: randomUUID,
  });
  const partition = { ns: 'mongodb://localhost/shop.orders' };
  const lease = await store.takeLease(undefined, 'host-1');
  await store.fence(partition, lease?.epoch ?? 0);
  const stored = { offset: { _id: '{"_data": "82"}' }, sequence: 1, clusterTime: NOW / 1000 - 60, fingerprint: 'f' };
  await store.saveOffset(partition, lease?.epoch ?? 0, stored);
  const gap = { from: '2026-11-24T10:00:00.000Z', to: '2026-11-24T11:00:00.000Z', cause: 'gone', action: 'latest' };
  await store.itemsOf(lease?.epoch ?? 0).save({ item: 'gap#2026-11-24T11:00:01.000Z', attributes: gap });

  const { exitCode, out, err } = await local.run('status');
  client.destroy();
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: [] });
  expect(out.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'CONNECTOR | TYPE | STATE | EPOCH | OWNER | POSITION | STORED | LAG | RECORDS/S | DEAD LETTERS | DETAIL',
    'orders | source | streaming, lease held | 1 | host-1 | 2026-11-24 11:59:00Z | 2 s ago | 0 s | 12/s | 0',
    'orders-sink | sink | running | 3 | 12 | 1 | waits for x',
    'Gap of orders, from 2026-11-24 10:00:00Z to 2026-11-24 11:00:00Z: not published (gone)',
    '',
    'Dead letters waiting in local: 1, see them with "npx tailrace dead-letters list"',
  ]);
});

test('a launcher whose status does not answer is said', async () => {
  await using local = await openLocalEnvironment();
  const { url } = await closedServer();
  local.publish({ statusUrl: url });
  const { exitCode, out } = await local.run('status');
  expect(exitCode).toBe(0);
  expect(out).toContain(`The launcher of this machine does not answer: Nothing answers at ${new URL(url).host}`);
});

async function closedServer() {
  await using server = await openStatusServer(running);
  return { url: server.url };
}

test('an answer that is none is said, and the table is read all the same', async () => {
  await using local = await openLocalEnvironment();
  await using server = await openStatusServer({ status: 'fine' });
  local.publish({ statusUrl: server.url });
  const { exitCode, out } = await local.run('status');
  expect(exitCode).toBe(0);
  expect(out.join('\n')).toContain('does not answer: Expected a list of connectors from ');
});

test('a table that is not there is a sentence', async () => {
  await using local = await openLocalEnvironment();
  local.publish({ table: 'gone' });
  local.folder.write('infra/environments/local/connectors/orders.json', {
    name: 'orders',
    config: { 'connector.class': 'MongoSource', 'connection.uri': 'mongodb://h' },
  });
  const { exitCode, err } = await local.run('status');
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: ['Error: The table does not exist: is the environment deployed, and is the region right?'],
  });
});
