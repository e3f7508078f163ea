import { Timestamp } from 'mongodb';
import type { SourceDeps, SourceItem, SourceOffset } from '../../../../connect/connector.ts';
import type { Header } from '../../../../connect/records.ts';
import type { StartupMode } from '../startup-mode.ts';

/** Why a copy was begun; it stays with the copy until it is done, whatever happens in between. */
export type CopyReason = 'startup' | 'position-lost';

/** One copy of a connector, as its item `copy` says. */
export type CopyPlan = {
  /** When it was begun, as an ISO time; its ranges carry it. */
  readonly run: string;
  readonly reason: CopyReason;
  /** The source partition that it belongs to. */
  readonly partition: string;
  /** Where the change stream begins, on a server that gave no resume token before the first event. */
  readonly startTime: Timestamp | undefined;
  readonly done: boolean;
  /** Copied so far. */
  readonly documents: number;
  readonly bytes: number;
};

export type CopyDecision =
  /** Nothing to copy: it was done, or a position without a copy is stored, or nobody asked for one. */
  | { readonly kind: 'none' }
  /** `startup.mode` was changed in the middle of a copy: the stream goes on, the copy waits. */
  | { readonly kind: 'waits'; readonly plan: CopyPlan }
  | { readonly kind: 'begin' }
  | { readonly kind: 'continue'; readonly plan: CopyPlan };

/**
 * Decides what is copied at a start.
 *
 * | position of this partition | plan | startup.mode=copy_existing | another mode |
 * | --- | --- | --- | --- |
 * | none, or the peer's from within its copy | any | begin | none |
 * | stored | none, done, or of another partition | none | none |
 * | stored | not done | continue | waits |
 *
 * The plan is stored before the first position, so a position without a plan is never one of a copy that was about to
 * begin: it is the peer's, or the copy was never asked for. A copy that heals a lost position goes on in every mode.
 */
export function decideCopy(facts: {
  readonly mode: StartupMode;
  readonly offset: SourceOffset | undefined;
  readonly plan: CopyPlan | undefined;
  readonly partition: string;
}): CopyDecision {
  const { mode, offset, plan, partition } = facts;
  const unfinished = plan && !plan.done && plan.partition === partition ? plan : undefined;
  const hasPosition = (offset?._id !== undefined && offset.copy === undefined) || unfinished?.startTime !== undefined;
  if (!hasPosition) return { kind: mode === 'copy_existing' ? 'begin' : 'none' };
  if (!unfinished) return { kind: 'none' };
  return { kind: mode === 'copy_existing' || unfinished.reason !== 'startup' ? 'continue' : 'waits', plan: unfinished };
}

/** A new copy: whatever an earlier one left counts no more. */
export const newPlan = (reason: CopyReason, partition: string, now: number): CopyPlan => ({
  run: new Date(now).toISOString(),
  reason,
  partition,
  startTime: undefined,
  done: false,
  documents: 0,
  bytes: 0,
});

/** Stores a new copy, before the position that its change stream begins with. */
export async function beginCopy(
  reason: CopyReason,
  partition: string,
  { items, now }: Pick<SourceDeps, 'items' | 'now'>,
): Promise<CopyPlan> {
  const plan = newPlan(reason, partition, now());
  await items.save(toPlanItem(plan));
  return plan;
}

const PLAN_ITEM = 'copy';
/** The plan and its ranges. */
export const COPY_ITEMS = PLAN_ITEM;

export const toPlanItem = ({ startTime, ...plan }: CopyPlan): SourceItem => ({
  item: PLAN_ITEM,
  attributes: { ...plan, startTime: startTime ? { t: startTime.high >>> 0, i: startTime.low >>> 0 } : null },
});

export function planOf(items: readonly SourceItem[]): CopyPlan | undefined {
  const attributes = items.find(({ item }) => item === PLAN_ITEM)?.attributes;
  if (!attributes) return undefined;
  const { startTime } = attributes;
  return {
    ...(attributes as CopyPlan),
    startTime: startTime ? new Timestamp(startTime as { t: number; i: number }) : undefined,
  };
}

/** Tells records that were copied to heal a lost position from the peer's copied records, which have no header. */
export const headersOf = ({ reason }: Pick<CopyPlan, 'reason'>): readonly Header[] | undefined =>
  reason === 'startup' ? undefined : [['tailrace.copy', Buffer.from(reason)]];
