import { CLAIM_CHECK_HEADER, isClaimChecked, type StoreValue, toReference } from '../aws/claim-check.ts';
import type { ProducerDeps, ProducerRecord } from '../aws/kafka/producer.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import { type RejectedRecords, untilTaken } from './rejected-records.ts';

export type ClaimCheckedDeps = {
  readonly rejected: Pick<RejectedRecords, 'reject'>;
  /** Absent where there is no bucket. */
  readonly storeValue: StoreValue | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
};

const PRODUCER_CLASS = 'org.apache.kafka.clients.producer.KafkaProducer';

/**
 * What becomes of a record that its topic can't take: its value goes to the bucket, and a reference goes in its place.
 * A record that is too large without its value, or that has nowhere to go, is rejected.
 */
export function claimChecked(deps: ClaimCheckedDeps, signal: AbortSignal): NonNullable<ProducerDeps['onRejected']> {
  const { rejected, storeValue, log, metrics } = deps;

  async function withoutValue(record: ProducerRecord, value: Uint8Array, store: StoreValue): Promise<ProducerRecord> {
    const check = await untilTaken(() => store('records', record.topic, value), log, signal);
    const other: ProducerRecord = {
      ...record,
      value: toReference(check),
      headers: [...(record.headers ?? []), [CLAIM_CHECK_HEADER, Buffer.from('1')]],
    };
    metrics.add('sourceClaimChecks', 1);
    return other;
  }

  return async (record, error, origin) => {
    const { headers, value } = record;
    // with the reference in its place it is the key or the headers that are too large
    const isMovable = error.code === 'RECORD_TOO_LARGE' && !isClaimChecked(headers);
    if (isMovable && value && storeValue) return withoutValue(record, value, storeValue);
    await rejected.reject(origin, { error, stage: 'KAFKA_PRODUCE', class: PRODUCER_CLASS });
    return undefined;
  };
}
