import type { SourceDeps, StoredPosition } from '../../../connect/connector.ts';
import type { Log } from '../../../connect/log.ts';
import { type OpenGap, planAfterLoss } from './after-loss.ts';
import { type OpenCopy, openHealingCopy } from './copy/open-copy.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { PositionLost } from './position-lost.ts';
import type { SourceConfig } from './properties.ts';
import { atStoredTime, scopeOf, toStartPoint } from './start-point.ts';
import type { AlreadyRead } from './to-batches.ts';
import { type StartPoint, toWatch } from './watch-command.ts';

/** How one change stream begins. */
export type Beginning = {
  readonly start: StartPoint;
  readonly before: AlreadyRead;
  /** The stored token may be of another scope, which the server tells with the first events: nothing is stored before. */
  readonly isDoubtful?: boolean;
  /** What is lost between the last stream and this one. */
  readonly gap?: OpenGap;
  /** What heals that. */
  readonly copy?: OpenCopy;
};

/** @throws PositionLost where the stored offset is none. */
export function beginAtStored(config: SourceConfig, stored: StoredPosition | undefined, log: Log): Beginning {
  const scope = scopeOf(stored, fingerprintOf(config));
  const start = toStartPoint(config, stored, scope);
  if (scope === 'changed' && stored) warnOfScope(config, start, log);
  return { start, before: stored ?? {}, isDoubtful: scope !== 'same' && start !== undefined && 'token' in start };
}

function warnOfScope(config: SourceConfig, start: StartPoint, log: Log): void {
  const watch = toWatch(config).name;
  if (start && 'startAtOperationTime' in start) {
    const since = new Date(start.startAtOperationTime.t * 1000).toISOString();
    log.warn('What is watched was changed; reading begins at the time of the position, some of it may come twice', {
      watch,
      since,
    });
  } else log.warn('What is watched was changed, and the position has no time; trying to read on behind it', { watch });
}

/** One change stream that ended with a lost position. */
export type Ended = {
  readonly loss: PositionLost;
  /** Nothing where the stored offset was no token, so that none was opened. */
  readonly beginning: Beginning | undefined;
  /** How far the batches of this task and of those before came. */
  readonly reached: StoredPosition | undefined;
  /** Batches of this stream that were handed on. */
  readonly batches: number;
};

/** 280, ChangeStreamFatalError: what a server says to the token of another scope. */
const NOT_FOUND = 280;

/**
 * How to go on when the position is lost.
 *
 * @throws StoppedError where `position.lost=fail`, or where a stream from now is lost as soon as it is open.
 */
export async function beginAfterLoss(
  config: SourceConfig,
  { loss, beginning, reached, batches }: Ended,
  deps: SourceDeps,
): Promise<Beginning> {
  if (beginning?.isDoubtful && batches === 0 && loss.code === NOT_FOUND && reached) {
    const start = atStoredTime(reached);
    if (start) {
      warnOfScope(config, start, deps.log);
      return { start, before: reached };
    }
  }
  // what was published is stored first, so that the loss begins where it begins for the next task too
  await deps.settled();
  const isAgain = beginning?.gap !== undefined && batches <= 1;
  const facts = { loss, watch: toWatch(config).name, reached, start: beginning?.start };
  const gap = planAfterLoss(config, facts, deps.now(), isAgain);
  // the copy is stored before the new position is, or a task that ends in between would never make it
  const copy = gap.action === 'copy' ? { copy: await openHealingCopy(config, deps) } : {};
  return { start: undefined, before: {}, gap, ...copy };
}
