import type { ProducerRecord } from '../aws/kafka/producer.ts';
import type { Origin, SourceBatch } from '../connect/connector.ts';

/** The records that are with the producer, so that one that it gives back is known to come from where. */
export type RecordsUnderWay = {
  /** `places` are those of the records in the batch; returns what forgets them. */
  add(batch: SourceBatch, places: readonly number[], records: readonly ProducerRecord[]): () => void;
  /** The other record went in place of the one. */
  replace(record: ProducerRecord, other: ProducerRecord): void;
  originOf(record: ProducerRecord): Origin;
};

/** Searched only for a record that Kafka can't take, so that keeping it costs nothing for all others. */
export function trackRecords(): RecordsUnderWay {
  type Entry = { readonly batch: SourceBatch; readonly places: readonly number[]; readonly records: ProducerRecord[] };
  const entries = new Set<Entry>();

  function find(record: ProducerRecord): { entry: Entry; index: number } | undefined {
    for (const entry of entries) {
      const index = entry.records.indexOf(record);
      if (index >= 0) return { entry, index };
    }
    return undefined;
  }

  return {
    add(batch, places, records) {
      const entry = { batch, places, records: [...records] };
      entries.add(entry);
      return () => entries.delete(entry);
    },
    replace(record, other) {
      const found = find(record);
      if (found) found.entry.records[found.index] = other;
    },
    originOf(record) {
      const found = find(record);
      const origin = found && originIn(found.entry.batch, found.entry.places[found.index]!);
      return origin ?? { namespace: record.topic, token: '', key: record.key, value: record.value };
    },
  };
}

/** A record whose event is not kept, as one of a copy, is known by its topic. */
export function originIn(batch: SourceBatch, place: number): Origin {
  const origin = batch.originOf?.(place);
  if (origin) return origin;
  return { namespace: batch.records[place]?.topic ?? '', token: batch.offset._id ?? '', key: null, value: null };
}
