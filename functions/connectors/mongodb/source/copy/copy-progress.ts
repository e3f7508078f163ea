import type { SourceDeps } from '../../../../connect/connector.ts';
import type { CopyPlan } from './copy-plan.ts';
import type { Piece } from './read-range.ts';

/** What was copied, for the stored plan, the log and the metrics. */
export type CopyProgress = {
  /** A range is known from an earlier task. */
  found(isDone: boolean): void;
  /** Notes what is about to be handed over. */
  note(piece: Piece): void;
  /** A line of the log, unless there was one just now. */
  say(unknownNamespaces: number): void;
  readonly plan: CopyPlan;
  facts(): Readonly<Record<string, unknown>>;
};

const SAY_EVERY_MS = 10_000;

export function trackProgress(start: CopyPlan, { log, metrics, now }: Pick<SourceDeps, 'log' | 'metrics' | 'now'>) {
  let plan = start;
  let known = 0;
  let done = 0;
  let saidAt = now();

  const facts = () => ({ documents: plan.documents, bytes: plan.bytes, rangesDone: done, rangesKnown: known });

  return {
    found(isDone) {
      known += 1;
      if (isDone) done += 1;
    },
    note({ done: isDone, events, isNew }) {
      const bytes = events.reduce((sum, { length }) => sum + length, 0);
      plan = { ...plan, documents: plan.documents + events.length, bytes: plan.bytes + bytes };
      if (isNew) known += 1;
      if (isDone) done += 1;
    },
    say(unknownNamespaces) {
      metrics.add('sourceCopyRemainingRanges', known - done + unknownNamespaces);
      if (now() - saidAt < SAY_EVERY_MS) return;
      saidAt = now();
      log.info('Copying existing data', { ...facts(), namespacesToCome: unknownNamespaces });
    },
    get plan() {
      return plan;
    },
    facts,
  } satisfies CopyProgress as CopyProgress;
}
