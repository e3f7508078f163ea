import assert from 'node:assert/strict';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toRate, WARM_UP } from '../measure/rate.ts';
import { ownUsage } from '../measure/usage.ts';
import type { Rate } from '../report/results.ts';

/** What a process needs to know to measure the function that its environment describes. */
export type FunctionToMeasure = {
  /** Holds `index.mjs`. */
  readonly folder: string;
  /** Invocations one after another; where each begins, and at last where the file ends. */
  readonly payloads: { readonly file: string; readonly starts: readonly number[] };
  readonly recordsPerPut: number;
  /** All of them, warm-up included: the payloads come again. */
  readonly puts: number;
};

type Handler = (event: unknown, context: unknown) => Promise<{ readonly batchItemFailures: readonly unknown[] }>;

/** Of an invocation. */
const TIMEOUT_MS = 30_000;

/**
 * Invokes a bundled function as Lambda's runtime does, one invocation at a time, and measures what that costs the
 * process: the payload's bytes become a text and that an event, which the handler gets; its answer becomes a text.
 */
async function measure({ folder, payloads, puts, recordsPerPut }: FunctionToMeasure): Promise<Rate> {
  const { handler } = (await import(pathToFileURL(join(folder, 'index.mjs')).href)) as { handler: Handler };
  const file = openSync(payloads.file, 'r');
  const count = payloads.starts.length - 1;
  // as Lambda's runtime, and other than a Buffer, it makes texts of any size on JavaScript's heap
  const text = new TextDecoder();
  const sizes = payloads.starts.slice(1).map((end, put) => end - payloads.starts[put]!);
  const received = Buffer.allocUnsafe(Math.max(...sizes));
  const invoke = async (put: number) => {
    const length = readSync(file, received, 0, sizes[put % count]!, payloads.starts[put % count]!);
    const event = JSON.parse(text.decode(received.subarray(0, length)));
    const answer = await handler(event, { getRemainingTimeInMillis: () => TIMEOUT_MS });
    assert.equal(JSON.stringify(answer), '{"batchItemFailures":[]}');
  };
  const sample = (put: number) => ({ at: performance.now(), events: put * recordsPerPut, usage: ownUsage() });
  const warm = Math.floor(puts * WARM_UP);
  for (let put = 0; put < warm; put += 1) await invoke(put);
  const begin = sample(warm);
  for (let put = warm; put < puts; put += 1) await invoke(put);
  const end = sample(puts);
  closeSync(file);
  return toRate(begin, end);
}

process.once('message', async (task: FunctionToMeasure) => {
  const result = await measure(task);
  process.send?.(result, () => process.exit());
});
