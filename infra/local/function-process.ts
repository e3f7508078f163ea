import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LOCAL_REGION } from './aws-environment.ts';
import type { HostMessage, HostRequest } from './function-host.ts';
import type { FunctionError, InvocationResult } from './invocation.ts';
import type { Run } from './processes.ts';

export type FunctionSettings = {
  readonly name: string;
  /** Holds index.mjs, which exports `handler`. */
  readonly folder: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly env: Readonly<Record<string, string>>;
};

/** One process of a function; it takes one invocation at a time. */
export type FunctionProcess = {
  /** False once it crashed or ran out of time: the next invocation needs a new process. */
  isUsable(): boolean;
  invoke(event: string): Promise<InvocationResult>;
  stop(): Promise<void>;
};

/** How long Lambda lets the code outside the handler run. */
const INIT_TIMEOUT_MS = 10_000;
const HOST = join(import.meta.dirname, 'function-host.ts');

type Heard = HostMessage | { readonly kind: 'ended'; readonly how: number | string } | { readonly kind: 'late' };

/** Starts a process with the environment that Lambda would give it, and nothing of the launcher's own. */
export function startFunctionProcess(run: Run, settings: FunctionSettings): FunctionProcess {
  const host = run.start(settings.name, process.execPath, nodeArguments(settings), {
    cwd: settings.folder,
    env: lambdaEnvironment(settings),
    inheritEnvironment: false,
    ipc: true,
  });
  let usable = true;
  let hear: (heard: Heard) => void = () => undefined;
  host.child.on('message', (message: HostMessage) => hear(message));
  host.exited.then((how) => {
    usable = false;
    hear({ kind: 'ended', how });
  });

  /** The next thing that happens to the host, at the latest when the time is up. */
  function next(timeoutMs: number): Promise<Heard> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => hear({ kind: 'late' }), timeoutMs);
      hear = (heard) => {
        clearTimeout(timer);
        resolve(heard);
      };
    });
  }

  async function discard(): Promise<void> {
    usable = false;
    host.child.kill('SIGKILL');
    await host.exited;
  }

  const initialised = next(INIT_TIMEOUT_MS);

  return {
    isUsable: () => usable,
    async invoke(event) {
      const requestId = randomUUID();
      const start = await initialised;
      let heard = start;
      // it may have ended since the invocation before this one
      if (start.kind === 'ready' && !usable) heard = { kind: 'ended', how: await host.exited };
      else if (start.kind === 'ready') {
        const answer = next(settings.timeoutMs);
        const request: HostRequest = { requestId, event, timeoutMs: settings.timeoutMs };
        // that the channel is closed is heard of as the end of the process
        host.child.send(request, () => undefined);
        heard = await answer;
      }
      if (heard.kind === 'answered') return { status: 'succeeded', payload: heard.payload };
      if (heard.kind === 'failed' && start.kind === 'ready') return { status: 'failed', error: heard.error };
      await discard();
      const timeoutMs = start.kind === 'ready' ? settings.timeoutMs : INIT_TIMEOUT_MS;
      return { status: 'failed', error: errorOf(heard, requestId, timeoutMs) };
    },
    stop: () => host.stop(),
  };
}

function errorOf(heard: Heard, requestId: string, timeoutMs: number): FunctionError {
  if (heard.kind === 'failed') return heard.error;
  if (heard.kind === 'late')
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    };
  const how = heard.kind === 'ended' && typeof heard.how === 'string' ? 'signal' : 'exit status';
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}: ${heard.kind === 'ended' ? heard.how : 'none'}`,
  };
}

const nodeArguments = ({ memoryMb }: FunctionSettings): string[] => [
  // the rest of the memory is for what is not JavaScript's
  `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
  '--enable-source-maps',
  HOST,
];

function lambdaEnvironment({ name, folder, memoryMb, env }: FunctionSettings): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: folder,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    ...env,
  };
}
