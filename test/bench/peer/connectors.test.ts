import { expect, test } from 'vitest';
import { openConnectors } from '../../../bench/peer/connectors.ts';

/** Answers one after another, and notes what was asked. */
function answering(...answers: readonly (readonly [status: number, body?: unknown])[]) {
  const asked: string[] = [];
  const left = [...answers];
  const connectors = openConnectors('http://worker', async (url, { method } = {}) => {
    asked.push(`${method} ${url}`);
    const [status, body] = left.shift() ?? [500, 'asked too often'];
    return new Response(body === undefined ? null : JSON.stringify(body), { status });
  });
  return { asked, connectors };
}

test('waits where the worker is spreading what changed just now', async () => {
  const { asked, connectors } = answering([409, { message: 'rebalance' }], [201, {}]);
  await connectors.create('orders', { 'connector.class': 'X' });
  expect(asked).toEqual(Array(2).fill('PUT http://worker/connectors/orders/config'));
});

test('says what the worker refuses', async () => {
  const { connectors } = answering([400, { message: 'Invalid value' }]);
  await expect(connectors.create('orders', {})).rejects.toThrow(/answers 400: .*Invalid value/);
});

test('removes a connector', async () => {
  const { asked, connectors } = answering([204]);
  await connectors.remove('orders');
  expect(asked).toEqual(['DELETE http://worker/connectors/orders']);
});

const running = { state: 'RUNNING' };
const failed = { state: 'FAILED', trace: 'ConnectException: no server' };

test.each([
  ['all runs', [200, { connector: running, tasks: [running] }], undefined],
  ['a task has failed', [200, { connector: running, tasks: [running, failed] }], failed.trace],
  ['the connector itself has failed', [200, { connector: failed, tasks: [] }], failed.trace],
  ['it is so new that it has no status', [404, {}], undefined],
] as const)('failure: %s', async (_, answer, expected) => {
  const { connectors } = answering(answer);
  expect(await connectors.failureOf('orders')).toBe(expected);
});
