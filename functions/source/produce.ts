import type { OriginOf, Producer, ProducerRecord } from '../aws/kafka/producer.ts';
import type { Origin, SourceBatch } from '../connect/connector.ts';
import { DataError } from '../connect/errors.ts';
import type { Stage } from '../connect/outcomes.ts';
import type { SourceRecord } from '../connect/records.ts';
import type { RejectedRecords } from './rejected-records.ts';

export type ProduceDeps = {
  /** @throws DataError where a converter does not take the record. */
  toProducerRecord(record: SourceRecord): ProducerRecord;
  readonly producer: Pick<Producer, 'send'>;
  readonly rejected: RejectedRecords;
};

/** Resolves once a batch is behind us: all of its records acknowledged by Kafka, or taken by the dead letter queue. */
export type Produce = (batch: SourceBatch) => Promise<void>;

const CONVERTER_CLASS = 'org.apache.kafka.connect.errors.DataException';

/**
 * Converts a batch and hands it to the producer, at once: batches keep the order of the calls.
 *
 * What comes before a record that is not tolerated is produced, what comes behind it never. A dead letter counts like a record that is to be acknowledged, so no position passes an event of which nothing is kept.
 */
export function createProduce({ toProducerRecord, producer, rejected }: ProduceDeps): Produce {
  let refusal: DataError | undefined;

  return async (batch) => {
    if (refusal) throw refusal;
    const records: ProducerRecord[] = [];
    const places: number[] = [];
    const waiting: Promise<void>[] = [];
    for (let place = 0; place < batch.records.length; place += 1) {
      const record = batch.records[place]!;
      try {
        records.push(toProducerRecord(record));
        places.push(place);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        const stage = (error.details.stage ?? 'VALUE_CONVERTER') as Stage;
        waiting.push(rejected.reject(originIn(batch, place, record), { error, stage, class: CONVERTER_CLASS }));
        if (rejected.isTolerant) continue;
        refusal = error;
        break;
      }
    }
    if (records.length > 0) waiting.push(producer.send(records, originsBehind(batch, places)));
    batch.release?.();
    if (batch.rejected) waiting.push(rejected.deadLetter(batch.rejected));
    // nearly always all records, and nothing else
    await (waiting.length === 1 ? waiting[0] : Promise.all(waiting));
  };
}

/** What a record of a batch was made from. One whose event is not kept, as of a copy, is known by its topic. */
const originIn = (
  { offset, originOf }: Pick<SourceBatch, 'offset' | 'originOf'>,
  place: number,
  { topic }: { readonly topic: string },
): Origin => originOf?.(place) ?? { namespace: topic, token: offset._id ?? '', key: null, value: null };

/** The same of what was sent: `places` are those in the batch. Its records are not held on to. */
function originsBehind({ offset, originOf }: SourceBatch, places: readonly number[]): OriginOf {
  return (place, record) => originIn({ offset, originOf }, places[place]!, record);
}
