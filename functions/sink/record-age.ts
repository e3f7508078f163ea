import type { Metrics } from '../connect/metrics.ts';

/**
 * Before anything else of an invocation: how old its oldest record is, written at once.
 *
 * A record that can't be written comes again with every retry, so this is the age of what is held, too; and it is out
 * before a connection fails, the time limit ends the function or its memory does. A replay is none: its record is old,
 * and waits in no topic.
 */
export function noteRecordAge(metrics: Metrics & { flush(): void }, now: () => number) {
  return {
    before({ event }: { event: unknown }): void {
      const oldest = oldestTimestampOf(event);
      if (oldest === undefined) return;
      metrics.add('sinkRecordAge', Math.max(0, Math.round((now() - oldest) / 1000)));
      metrics.flush();
    },
  };
}

/** Milliseconds since 1970; nothing where no record has a time. What else may be wrong with an event is found later. */
export function oldestTimestampOf(event: unknown): number | undefined {
  const { records, tailraceReplay } = toObject(event);
  if (tailraceReplay !== undefined) return undefined;
  let oldest = Number.POSITIVE_INFINITY;
  for (const list of Object.values(toObject(records))) {
    if (!Array.isArray(list)) continue;
    for (const record of list) {
      const { timestamp } = toObject(record);
      if (typeof timestamp === 'number' && timestamp > 0 && timestamp < oldest) oldest = timestamp;
    }
  }
  return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
}

const toObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
