import type { SourceDeps, StoredPosition } from '../../../connect/connector.ts';
import { StoppedError } from '../../../connect/errors.ts';
import { type Gap, recordGap } from './gaps.ts';
import type { PositionLost } from './position-lost.ts';
import type { SourceConfig } from './properties.ts';
import { timeInToken } from './resume-token.ts';
import { timeOf } from './start-point.ts';
import type { StartPoint } from './watch-command.ts';

export type LossFacts = {
  readonly loss: PositionLost;
  /** `shop.orders` */
  readonly watch: string;
  /** The last position that is stored; nothing where the lost stream was to begin at a configured time. */
  readonly reached: StoredPosition | undefined;
  readonly start: StartPoint;
};

/** A gap whose end is known once the new stream is open. */
export type OpenGap = Omit<Gap, 'to'>;

/**
 * What `position.lost` says, and nothing else: errors.tolerance is about events, not about the place.
 *
 * @throws StoppedError where it says `fail`, and where going on did not help (`isAgain`): one gap must not follow the
 *   other.
 */
export function planAfterLoss(config: SourceConfig, facts: LossFacts, now: number, isAgain: boolean): OpenGap {
  const { loss, watch } = facts;
  const from = isoOf(secondsOf(facts));
  const action = config.positionLost;
  if (action !== 'fail' && !isAgain) {
    return { watch, ...(from !== undefined && { from }), cause: loss.message, action, position: textOf(facts) };
  }
  const to = isoOf(now / 1000);
  const span = from === undefined ? 'since then' : `between ${from} and ${to}`;
  throw new StoppedError(
    'POSITION_LOST',
    `Expected to go on reading ${watch} from ${from ?? 'the stored position'}, but MongoDB can't: ${loss.message}. ` +
      `What changed ${span} and was not published is lost. ${
        isAgain
          ? 'A change stream that was just opened from now can do no better'
          : 'Set position.lost=copy to publish what exists again, or position.lost=latest to go on from now'
      }`,
    { cause: loss, details: { watch, from, to } },
  );
}

/**
 * Keeps the gap and tells of it, when the new stream is open and before its position is stored: a crash in between
 * meets the loss again, and no gap is forgotten.
 */
export async function closeGap(gap: OpenGap, token: string | undefined, deps: SourceDeps): Promise<void> {
  const { items, log, metrics, now } = deps;
  const nowIso = new Date(now()).toISOString();
  const to = isoOf(timeInToken(token)?.seconds) ?? nowIso;
  const item = await recordGap({ ...gap, to }, items, nowIso);
  metrics.add('sourceGaps', 1);
  const { watch, from, cause, action } = gap;
  const fields = { code: 'POSITION_LOST', watch, from, to, cause, item };
  if (action === 'copy')
    log.error('The position is lost: what exists is copied again, deletes in between are not known', fields);
  else log.error('The position is lost: going on from now, changes in between are not published', fields);
}

const secondsOf = ({ reached, start }: LossFacts): number | undefined =>
  reached ? timeOf(reached)?.seconds : startSeconds(start);

const startSeconds = (start: StartPoint): number | undefined =>
  start && 'startAtOperationTime' in start ? start.startAtOperationTime.t : undefined;

const isoOf = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();

/** The same for the same position, so that a loss is recognised when it is met again. */
const textOf = ({ reached, start }: LossFacts): string => reached?.offset._id ?? `time ${startSeconds(start)}`;
