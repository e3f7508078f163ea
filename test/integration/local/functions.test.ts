import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InvocationResult } from '../../../infra/local/invocation.ts';
import { startLambdaEndpoint } from '../../../infra/local/lambda-endpoint.ts';
import { type LocalFunction, type LocalFunctionOptions, localFunction } from '../../../infra/local/local-function.ts';
import { openRun, type Run } from '../../../infra/local/processes.ts';
import { writeBundle } from '../../support/function-bundle.ts';

const HANDLER = `
import { setTimeout as sleep } from 'node:timers/promises';
let invocations = 0;
export async function handler(event, context) {
  invocations += 1;
  if (event.do === 'throw') throw new RangeError('too far');
  if (event.do === 'exit') process.exit(7);
  if (event.do === 'reject') { Promise.reject(new Error('nobody listens')); await sleep(1000); }
  if (event.do === 'sleep') await sleep(event.ms);
  if (event.do === 'spin') for (;;);
  if (event.do === 'big') return 'x'.repeat(event.bytes);
  if (event.do === 'bigint') return 1n;
  if (event.do === 'nothing') return;
  const { awsRequestId, functionName, memoryLimitInMB } = context;
  return { event, invocations, pid: process.pid, env: process.env, cwd: process.cwd(), awsRequestId, functionName,
    memoryLimitInMB, remainingMs: context.getRemainingTimeInMillis() };
}`;

let folder: string;
let run: Run;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-functions-'));
  run = await openRun(join(folder, 'state'));
});
afterAll(async () => {
  await run[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let functions = 0;
function openFunction(options: Partial<LocalFunctionOptions> = {}, source = HANDLER): LocalFunction {
  functions += 1;
  const name = `function-${functions}`;
  return localFunction(run, { name, folder: writeBundle(folder, name, source), env: {}, ...options });
}

const invoke = (invoked: LocalFunction, event: unknown) => invoked.invoke(JSON.stringify(event));
const answerOf = (result: InvocationResult) => {
  if (result.status !== 'succeeded') throw new Error(`Expected an answer, got ${JSON.stringify(result)}`);
  return JSON.parse(result.payload);
};

test('gives a function what Lambda gives it, and nothing of the launcher', async () => {
  await using invoked = openFunction({ timeoutMs: 5000, memoryMb: 256, env: { TAILRACE_ENVIRONMENT: 'local' } });
  const answer = answerOf(await invoke(invoked, { order: 1 }));
  expect(answer).toMatchObject({
    event: { order: 1 },
    functionName: invoked.name,
    memoryLimitInMB: '256',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    env: {
      AWS_LAMBDA_FUNCTION_NAME: invoked.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: join(folder, invoked.name),
      TZ: ':UTC',
      TAILRACE_ENVIRONMENT: 'local',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
    },
    cwd: join(folder, invoked.name),
  });
  expect(answer.remainingMs).toBeGreaterThan(3000);
  expect(answer.remainingMs).toBeLessThanOrEqual(5000);
  expect(Object.keys(answer.env)).not.toContain('HOME');
});

test('keeps its process from one invocation to the next', async () => {
  await using invoked = openFunction();
  const first = answerOf(await invoke(invoked, {}));
  const second = answerOf(await invoke(invoked, {}));
  expect([first.invocations, second.invocations]).toEqual([1, 2]);
  expect(second.pid).toBe(first.pid);
});

test('answers null where the handler returns nothing', async () => {
  await using invoked = openFunction();
  expect(await invoke(invoked, { do: 'nothing' })).toEqual({ status: 'succeeded', payload: 'null' });
});

test('an error leaves the process as it is', async () => {
  await using invoked = openFunction();
  expect(await invoke(invoked, { do: 'throw' })).toMatchObject({
    status: 'failed',
    error: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.arrayContaining([]) },
  });
  expect(answerOf(await invoke(invoked, {})).invocations).toBe(2);
});

test.each([
  ['a handler that ends the process', { do: 'exit' }, 'Runtime.ExitError', 'exit status: 7'],
  ['a rejection that nobody handles', { do: 'reject' }, 'Runtime.ExitError', 'exit status: 1'],
  ['a handler that takes too long', { do: 'sleep', ms: 60_000 }, 'Sandbox.Timedout', 'timed out after 1.50 seconds'],
  ['a handler that blocks its process', { do: 'spin' }, 'Sandbox.Timedout', 'timed out after 1.50 seconds'],
])('%s is an error, and the next invocation starts afresh', async (_, event, errorType, message) => {
  await using invoked = openFunction({ timeoutMs: 1500 });
  expect(await invoke(invoked, event)).toMatchObject({
    status: 'failed',
    error: { errorType, errorMessage: expect.stringContaining(message) },
  });
  expect(answerOf(await invoke(invoked, {})).invocations).toBe(1);
});

test.each([
  ['a bundle that throws', 'throw new SyntaxError("broken at start")', 'broken at start'],
  ['a bundle without a handler', 'export const other = 1', 'Expected index.mjs to export a function handler'],
])('says of %s what is wrong', async (_, source, message) => {
  await using invoked = openFunction({}, source);
  expect(await invoke(invoked, {})).toMatchObject({
    status: 'failed',
    error: { errorMessage: expect.stringContaining(message) },
  });
});

test.each([
  ['a response over 6 MB', { do: 'big', bytes: 6_291_556 }, 'Function.ResponseSizeTooLarge'],
  ['a response that is no JSON', { do: 'bigint' }, 'TypeError'],
])('%s is an error', async (_, event, errorType) => {
  await using invoked = openFunction();
  expect(await invoke(invoked, event)).toMatchObject({ status: 'failed', error: { errorType } });
});

test('refuses an event over 6 MB', async () => {
  await using invoked = openFunction();
  expect(await invoke(invoked, 'x'.repeat(6 * 1024 * 1024))).toMatchObject({ status: 'too-large' });
});

test('runs one invocation after the other in one process', async () => {
  await using invoked = openFunction();
  const results = await Promise.all([1, 2, 3].map((order) => invoke(invoked, { order })));
  expect(results.map((result) => answerOf(result).invocations)).toEqual([1, 2, 3]);
});

test('runs as many side by side as it may', async () => {
  await using invoked = openFunction({ concurrency: 2 });
  await Promise.all([invoke(invoked, {}), invoke(invoked, {})]);
  const pids = await Promise.all(
    [1, 2, 3].map(async () => answerOf(await invoke(invoked, { do: 'sleep', ms: 200 })).pid),
  );
  expect(new Set(pids).size).toBe(2);
});

test('refuses what is more than it may run, where it is told not to wait', async () => {
  await using invoked = openFunction({ whenBusy: 'throttle' });
  const [first, second] = await Promise.all([invoke(invoked, {}), invoke(invoked, {})]);
  expect([first.status, second.status]).toEqual(['succeeded', 'throttled']);
});

test("AWS's own client invokes a function by name and by ARN", async () => {
  await using invoked = openFunction({ whenBusy: 'throttle' });
  await using endpoint = await startLambdaEndpoint(new Map([[invoked.name, invoked]]));
  const client = new LambdaClient({
    endpoint: endpoint.lambdaEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const send = async (event: unknown, FunctionName = invoked.name) => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
    return { ...answer, payload: JSON.parse(answer.Payload!.transformToString()) };
  };

  expect(await send({ order: 'ü' })).toMatchObject({ StatusCode: 200, payload: { event: { order: 'ü' } } });
  expect((await send({})).FunctionError).toBeUndefined();
  expect(await send({ order: 2 }, invoked.arn)).toMatchObject({ payload: { event: { order: 2 } } });
  expect(await send({ do: 'throw' })).toMatchObject({
    StatusCode: 200,
    FunctionError: 'Unhandled',
    payload: { errorType: 'RangeError', errorMessage: 'too far' },
  });
  await expect(send({}, 'nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(send('x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({ name: 'RequestTooLargeException' });
  const busy = send({ do: 'sleep', ms: 300 });
  await expect(Promise.all([busy, send({})])).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  await busy;
  client.destroy();
});

test('writes what a function prints to its log', async () => {
  await using invoked = openFunction({}, 'export const handler = async () => { console.log("printed"); };');
  await invoke(invoked, {});
  expect(readFileSync(join(run.folder, `${invoked.name}.log`), 'utf8')).toBe('printed\n');
});
