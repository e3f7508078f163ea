import { expect, test } from 'vitest';
import { RetriableError } from '../../../functions/connect/errors.ts';
import { type Outcome, WRITTEN } from '../../../functions/connect/outcomes.ts';
import { putWithRenewedLogin } from '../../../functions/sink/renewed-login.ts';
import { notingLog } from '../../support/silent-log.ts';

const failed = (isLogin: boolean): Outcome => ({
  status: 'unsettled',
  error: new RetriableError('MONGODB_TRANSIENT', 'no', { details: { isLogin } }),
});

async function put(answers: readonly (Outcome | Error)[], { now = 0, reopens = true } = {}) {
  const calls: string[] = [];
  const queue = [...answers];
  const sink = {
    async put() {
      calls.push('put');
      const answer = queue.shift()!;
      if (answer instanceof Error) throw answer;
      return [answer];
    },
  };
  const log = notingLog();
  const deps = {
    async reopen() {
      calls.push('reopen');
      if (!reopens) throw new RetriableError('SECRET_UNAVAILABLE', 'no secret');
      return sink;
    },
    log,
    now: () => now,
  };
  const [outcome] = await putWithRenewedLogin(sink, [], 1_000, deps);
  return { calls, status: outcome?.status, lines: log.lines.map(({ message }) => message) };
}

test.each([
  ['what is written is put once', [WRITTEN], ['put'], 'written'],
  ['a failure of the network is not the secret’s', [failed(false)], ['put'], 'unsettled'],
  ['a changed password is read and the put succeeds', [failed(true), WRITTEN], ['put', 'reopen', 'put'], 'written'],
  ['a wrong one is read again once', [failed(true), failed(true)], ['put', 'reopen', 'put'], 'unsettled'],
])('%s', async (_, answers, calls, status) => {
  expect(await put(answers)).toMatchObject({ calls, status });
});

test('without time left the secret is left to the next invocation', async () => {
  expect(await put([failed(true)], { now: 1_000 })).toMatchObject({ calls: ['put'], status: 'unsettled' });
});

test('where the secret can not be read the records come again, and why is said', async () => {
  const { calls, status, lines } = await put([failed(true)], { reopens: false });
  expect({ calls, status }).toEqual({ calls: ['put', 'reopen'], status: 'unsettled' });
  expect(lines).toEqual(['Login refused, reading the secret again', 'The sink could not be opened again']);
});

test('dies when the second put dies: nothing is settled', async () => {
  expect(await put([failed(true), new Error('gone')])).toMatchObject({ status: 'unsettled' });
});
