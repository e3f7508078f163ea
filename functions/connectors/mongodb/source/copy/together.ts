/**
 * What several generators yield, as it comes. Each works on its next value while the last one is looked at, and no
 * further.
 *
 * `giveUp` has to make them end soon: it is called before they are returned early.
 */
export async function* together<T>(
  sources: readonly AsyncGenerator<T>[],
  giveUp: () => void,
): AsyncGenerator<T, void, undefined> {
  const pulls = new Map(sources.map((source) => [source, pull(source)]));
  try {
    while (pulls.size > 0) {
      const { source, result } = await Promise.race(pulls.values());
      // to the end of the line, so that a quick one doesn't keep the others waiting
      pulls.delete(source);
      if (result.done) continue;
      pulls.set(source, pull(source));
      yield result.value;
    }
  } finally {
    giveUp();
    await Promise.allSettled(sources.map((source) => source.return(undefined)));
  }
}

function pull<T>(source: AsyncGenerator<T>): Promise<{ source: AsyncGenerator<T>; result: IteratorResult<T> }> {
  const pulled = source.next().then((result) => ({ source, result }));
  // a failure counts when it is its turn
  pulled.catch(() => undefined);
  return pulled;
}
