import { randomUUID } from 'node:crypto';
import type { Ended, ParkedKeys } from '../aws/parked-keys.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import { toWaitingPosition } from '../connect/parking.ts';
import { type ConsumedRecord, positionOf, topicPartitionOf } from '../connect/records.ts';
import type { BatchResponse, SettledPut } from './put-invocation.ts';

export type ReplayDeps = {
  readonly parkedKeys: Pick<ParkedKeys, 'hold' | 'release'>;
  /** Writes the record and settles it. @throws where it has to come again. */
  write(): Promise<SettledPut>;
  readonly log: Log;
  readonly metrics: Metrics;
};

export type ParkedLetter = {
  readonly key: string;
  readonly record: ConsumedRecord;
  /** With this one. */
  readonly attempts: number;
};

/** Beyond the deadline of the retries: after it Lambda has ended the invocation, whatever the clocks say. */
const HOLD_MARGIN_MS = 65_000;

/**
 * Writes the record of a dead letter whose key is parked.
 *
 * Only the first position of a key is written, by one invocation at a time, and before its key is freed nothing newer of
 * the key is written: so a replay never overwrites newer state, however often and in whatever order letters come. One
 * whose position does not wait any more was written before, or given up by a person: it is settled without a write.
 */
export async function replayParked(
  { attempts, key, record }: ParkedLetter,
  deadline: number,
  { log, metrics, parkedKeys, write }: ReplayDeps,
): Promise<BatchResponse> {
  const position = toWaitingPosition(record);
  const owner = randomUUID();
  const answer = await parkedKeys.hold(key, position, { owner, until: deadline + HOLD_MARGIN_MS });
  if (answer.is === 'settled') {
    log.info('Dead letter skipped: its record does not wait any more', { position: positionOf(record) });
    metrics.add('sinkSkipped', 1);
    return { batchItemFailures: [] };
  }
  if (answer.is === 'waits') {
    const itemIdentifier = { partition: topicPartitionOf(record), offset: record.offset };
    return { batchItemFailures: [{ itemIdentifier }], waitsFor: answer.for };
  }
  const end = (ended: Ended) => parkedKeys.release(key, owner, ended);
  const { outcomes, response } = await write().catch(async (error: unknown) => {
    // without it the hold ends by itself, and why the write failed is what counts
    await end('unsettled').catch(() => undefined);
    throw error;
  });
  await end(outcomes[0]?.status === 'rejected' ? { rejected: position, attempts } : { written: position });
  return response;
}
