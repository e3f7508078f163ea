import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for an outcome; says what was waited for where it does not come in time. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Expected within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}
