import type { Verdict } from './batch-response.ts';
import type { MappingRecord } from './msk-event.ts';
import type { MappingSettings } from './settings.ts';

/** Records that are, or will be, delivered together. */
export type Batch = {
  readonly records: readonly MappingRecord[];
  /** How often these records failed. A batch that was cut in two goes on counting: AWS does not say. */
  readonly failures: number;
  /** Refusals in a row because the function was busy; they use up no retry. */
  readonly throttles: number;
  readonly notBefore: number;
  /** Delivered again although it succeeded (`duplicateRate`). */
  readonly isDuplicate: boolean;
};

export type Plan = {
  /** Together with `dropped`, what is not listed here is settled. In this order, as far as they share partitions. */
  readonly retries: readonly Batch[];
  /** Given up: retries used up, or too old. */
  readonly dropped: readonly MappingRecord[];
};

type PlanSettings = Pick<
  MappingSettings,
  'afterFailure' | 'bisectBatchOnError' | 'retryAttempts' | 'retryBackoffMs' | 'duplicateRate'
>;

const NOTHING: Plan = { retries: [], dropped: [] };

export const freshBatch = (records: readonly MappingRecord[]): Batch => ({
  records,
  failures: 0,
  throttles: 0,
  notBefore: 0,
  isDuplicate: false,
});

/** Decides what comes again after an invocation; `chance` is a random number from 0 to 1. */
export function planRetries(batch: Batch, verdict: Verdict, settings: PlanSettings, now: number, chance: number): Plan {
  switch (verdict.kind) {
    case 'succeeded':
      return chance < settings.duplicateRate && !batch.isDuplicate
        ? { retries: [{ ...batch, isDuplicate: true }], dropped: [] }
        : NOTHING;
    case 'throttled': {
      const notBefore = now + backoff(batch.throttles + 1, settings);
      return { retries: [{ ...batch, throttles: batch.throttles + 1, notBefore }], dropped: [] };
    }
    case 'partial': {
      const records = toReplay(batch.records, verdict.failed, settings.afterFailure);
      return again(batch, [records], settings, now);
    }
    case 'failed':
      return again(batch, settings.bisectBatchOnError ? bisect(batch.records) : [batch.records], settings, now);
  }
}

function again(batch: Batch, parts: readonly (readonly MappingRecord[])[], settings: PlanSettings, now: number): Plan {
  const failures = batch.failures + 1;
  if (settings.retryAttempts !== -1 && failures > settings.retryAttempts) return { retries: [], dropped: parts.flat() };
  // halves are other batches, so they need not wait
  const notBefore = parts.length > 1 ? now : now + backoff(failures, settings);
  return {
    retries: parts.map((records) => ({ records, failures, throttles: 0, notBefore, isDuplicate: batch.isDuplicate })),
    dropped: [],
  };
}

function toReplay(
  records: readonly MappingRecord[],
  failed: ReadonlySet<MappingRecord>,
  afterFailure: MappingSettings['afterFailure'],
): MappingRecord[] {
  if (afterFailure === 'only-failed') return records.filter((record) => failed.has(record));
  const begun = new Set<number>();
  return records.filter((record) => {
    if (failed.has(record)) begun.add(record.partition);
    return begun.has(record.partition);
  });
}

/**
 * Two halves: of partitions while there are several, so that neither half waits for the other; then of one partition's
 * records, where the second half waits for the first.
 */
function bisect(records: readonly MappingRecord[]): (readonly MappingRecord[])[] {
  const groups = [...Map.groupBy(records, ({ partition }) => partition).values()];
  const halve = <T>(all: readonly T[]): [T[], T[]] => {
    const middle = Math.ceil(all.length / 2);
    return [all.slice(0, middle), all.slice(middle)];
  };
  if (groups.length > 1) return halve(groups).map((half) => half.flat());
  return records.length > 1 ? halve(records) : [records];
}

const backoff = (times: number, { retryBackoffMs: { first, most } }: PlanSettings): number =>
  Math.min(most, first * 2 ** Math.min(times - 1, 30));

/** The first retry that is due and waits for nothing of its partitions, else when the next may be due. */
export function nextRetry(
  retries: readonly Batch[],
  busy: ReadonlySet<number>,
  now: number,
): { batch: Batch } | { until: number | undefined } {
  const taken = new Set(busy);
  let until: number | undefined;
  for (const batch of retries) {
    const isFree = batch.records.every(({ partition }) => !taken.has(partition));
    if (isFree && batch.notBefore <= now) return { batch };
    if (isFree) until = Math.min(until ?? Number.POSITIVE_INFINITY, batch.notBefore);
    for (const { partition } of batch.records) taken.add(partition);
  }
  return { until };
}
