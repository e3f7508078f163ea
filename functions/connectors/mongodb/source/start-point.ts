import { BSON, Timestamp } from 'mongodb';
import type { SourceOffset } from '../../../connect/connector.ts';
import { messageOf, StoppedError } from '../../../connect/errors.ts';
import { jsonToBson } from '../bson/json-to-bson.ts';
import type { SourceConfig } from './properties.ts';
import { parseStartTime } from './start-time.ts';
import { startupModeOf } from './startup-mode.ts';
import type { AfterToken, StartPoint } from './watch-command.ts';

/**
 * Where the change stream begins: at the stored offset, else where startup.mode says.
 *
 * An offset of the peer's copy phase (`copy`) is no position in the stream.
 */
export function toStartPoint(config: SourceConfig, stored: SourceOffset | undefined): StartPoint {
  if (stored?._id !== undefined && stored.copy === undefined) return afterToken(stored._id);
  const time =
    startupModeOf(config) === 'timestamp' ? parseStartTime(config.startupModeTimestampStartAtOperationTime) : undefined;
  return time && { startAtOperationTime: new Timestamp({ t: time.seconds, i: time.increment }) };
}

/** @throws StoppedError where the text is no resume token. */
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
  } catch (error) {
    throw new StoppedError(
      'POSITION_LOST',
      `Expected the stored resume token to be a JSON document: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
