/**
 * `rate.limiting.*` of one topic: counts its batches, and says how many milliseconds to wait after each one. As with the
 * peer every instance counts for itself, so a function that runs twice at a time writes twice as fast.
 */
export function rateLimiter(everyN: number, timeoutMs: number): () => number {
  let batches = 0;
  return () => {
    if (++batches < everyN) return 0;
    batches = 0;
    return timeoutMs;
  };
}
