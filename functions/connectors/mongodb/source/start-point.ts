import { BSON, Timestamp } from 'mongodb';
import type { StoredPosition } from '../../../connect/connector.ts';
import { messageOf } from '../../../connect/errors.ts';
import { jsonToBson } from '../bson/json-to-bson.ts';
import { PositionLost } from './position-lost.ts';
import type { SourceConfig } from './properties.ts';
import { timeInToken } from './resume-token.ts';
import { parseStartTime, type StartTime } from './start-time.ts';
import { startupModeOf } from './startup-mode.ts';
import type { AfterToken, StartPoint } from './watch-command.ts';

/** Whether a stored position belongs to what is watched now; one that was imported does not say. */
export type Scope = 'same' | 'changed' | 'unknown';

export function scopeOf(stored: StoredPosition | undefined, fingerprint: string): Scope {
  if (!hasToken(stored) || stored.fingerprint === fingerprint) return 'same';
  return stored.fingerprint === undefined ? 'unknown' : 'changed';
}

/**
 * Where the change stream begins.
 *
 * | stored | scope | begins |
 * | --- | --- | --- |
 * | nothing, or an offset of the peer's copy phase | | where startup.mode says |
 * | a resume token | same, unknown | behind it |
 * | a resume token | changed | at its time, else at that of the last events: the server knows the token by its scope |
 * | a resume token, and no time | changed | behind it: the server tells whether that works |
 *
 * @throws PositionLost where the stored text is no resume token.
 */
export function toStartPoint(config: SourceConfig, stored: StoredPosition | undefined, scope: Scope): StartPoint {
  if (!hasToken(stored)) return atStartupTime(config);
  return (scope === 'changed' ? atStoredTime(stored) : undefined) ?? afterToken(stored.offset._id);
}

type WithToken = StoredPosition & { readonly offset: { readonly _id: string } };

/** An offset of the peer's copy phase has none that a change stream can begin behind. */
export const hasToken = (stored: StoredPosition | undefined): stored is WithToken =>
  stored?.offset._id !== undefined && stored.offset.copy === undefined;

/** The time of a stored position as a start; all events before it were read, of those at it perhaps some. */
export function atStoredTime(stored: StoredPosition): StartPoint {
  const time = timeOf(stored);
  return time && atTime(time);
}

/** Nothing where the token has none and there was no event yet. */
export function timeOf({ offset, lastEvents, clusterTime }: StoredPosition): StartTime | undefined {
  return (
    timeInToken(offset._id) ??
    lastEvents ??
    (clusterTime === undefined ? undefined : { seconds: clusterTime, increment: 0 })
  );
}

function atStartupTime(config: SourceConfig): StartPoint {
  if (startupModeOf(config) !== 'timestamp') return undefined;
  const time = parseStartTime(config.startupModeTimestampStartAtOperationTime);
  return time && atTime(time);
}

const atTime = ({ seconds, increment }: StartTime): StartPoint => ({
  startAtOperationTime: new Timestamp({ t: seconds, i: increment }),
});

/** @throws PositionLost where the text is no resume token. */
export function afterToken(token: string): AfterToken {
  try {
    return {
      token,
      startAfter: BSON.deserialize(jsonToBson(Buffer.from(token, 'utf8')), {
        promoteValues: false,
        promoteBuffers: false,
        bsonRegExp: true,
      }),
    };
  } catch (cause) {
    throw new PositionLost(`Expected the stored resume token to be a JSON document: ${messageOf(cause)}`, { cause });
  }
}
