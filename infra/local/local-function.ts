import { LOCAL_REGION } from './aws-environment.ts';
import { type FunctionProcess, type FunctionSettings, startFunctionProcess } from './function-process.ts';
import { type Invoke, MAX_REQUEST_BYTES } from './invocation.ts';
import type { Run } from './processes.ts';

/** A function as Lambda would run it: as many processes as it may have, each started when it is first needed. */
export type LocalFunction = AsyncDisposable & {
  readonly name: string;
  readonly arn: string;
  readonly invoke: Invoke;
};

export type LocalFunctionOptions = {
  readonly name: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Default: 512. */
  readonly memoryMb?: number;
  /** Most processes at a time, as reserved concurrency. Default: 1. */
  readonly concurrency?: number;
  /** What becomes of an invocation while all of them are busy. Default: it waits. */
  readonly whenBusy?: 'wait' | 'throttle';
};

export function localFunction(run: Run, options: LocalFunctionOptions): LocalFunction {
  const { name, folder, env, timeoutMs = 30_000, memoryMb = 512, concurrency = 1, whenBusy = 'wait' } = options;
  const settings: FunctionSettings = { name, folder, env, timeoutMs, memoryMb };
  const idle: FunctionProcess[] = [];
  const busy = new Set<FunctionProcess>();
  const waiting: ((process: FunctionProcess | undefined) => void)[] = [];
  let disposed = false;

  function take(): FunctionProcess {
    const process = idle.pop() ?? startFunctionProcess(run, settings);
    if (!process.isUsable()) return take();
    busy.add(process);
    return process;
  }

  function giveBack(process: FunctionProcess): void {
    busy.delete(process);
    if (process.isUsable()) idle.push(process);
    if (!disposed) waiting.shift()?.(take());
  }

  return {
    name,
    arn: `arn:aws:lambda:${LOCAL_REGION}:000000000000:function:${name}`,
    async invoke(event) {
      const bytes = Buffer.byteLength(event);
      if (bytes > MAX_REQUEST_BYTES) return { status: 'too-large', bytes };
      if (busy.size >= concurrency && whenBusy === 'throttle') return { status: 'throttled' };
      const process =
        busy.size < concurrency
          ? take()
          : await new Promise<FunctionProcess | undefined>((resolve) => waiting.push(resolve));
      if (!process) return { status: 'throttled' };
      try {
        return await process.invoke(event);
      } finally {
        giveBack(process);
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      for (const resolve of waiting.splice(0)) resolve(undefined);
      await Promise.all([...idle, ...busy].map((process) => process.stop()));
    },
  };
}
