import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FunctionError, MAX_RESPONSE_BYTES } from './invocation.ts';

/**
 * The process that a local function runs in: what Lambda's runtime is in AWS. It loads the bundle of LAMBDA_TASK_ROOT and
 * answers one invocation after another over its IPC channel; a timeout is enforced from outside.
 */

export type HostRequest = {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  readonly timeoutMs: number;
};

export type HostMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'failed'; readonly requestId?: string; readonly error: FunctionError };

type Handler = (event: unknown, context: unknown) => unknown;

const { env } = process;

async function main(): Promise<void> {
  // the launcher is gone, and nobody is left to answer to
  process.once('disconnect', () => process.exit(0));
  try {
    const handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? '.');
    process.on('message', (request: HostRequest) => void answer(handler, request));
    tell({ kind: 'ready' });
  } catch (error) {
    tell({ kind: 'failed', error: toFunctionError(error) });
  }
}

async function loadHandler(folder: string): Promise<Handler> {
  const bundle = (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as { handler?: Handler };
  if (typeof bundle.handler !== 'function') throw new TypeError('Expected index.mjs to export a function handler');
  return bundle.handler;
}

async function answer(handler: Handler, request: HostRequest): Promise<void> {
  const { requestId } = request;
  try {
    env._X_AMZN_TRACE_ID = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`;
    const payload = JSON.stringify((await handler(JSON.parse(request.event), contextOf(request))) ?? null);
    if (Buffer.byteLength(payload) > MAX_RESPONSE_BYTES) tell({ kind: 'failed', requestId, error: RESPONSE_TOO_LARGE });
    else tell({ kind: 'answered', requestId, payload });
  } catch (error) {
    tell({ kind: 'failed', requestId, error: toFunctionError(error) });
  }
}

const RESPONSE_TOO_LARGE: FunctionError = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
};

function contextOf({ requestId, timeoutMs }: HostRequest) {
  const deadline = performance.now() + timeoutMs;
  const name = env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: `arn:aws:lambda:${env.AWS_REGION}:000000000000:function:${name}`,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

function toFunctionError(error: unknown): FunctionError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function tell(message: HostMessage): void {
  // a launcher that went away meanwhile is heard of by 'disconnect'
  if (process.connected) process.send?.(message);
}

await main();
