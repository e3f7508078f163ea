import type { SinkDeadLetter } from '../aws/dead-letter.ts';
import type { StoredDeadLetter } from '../aws/stored-dead-letter.ts';
import { topicPartitionOf } from '../connect/records.ts';

/** The event that the sink's event source mapping would build of this one record, and how often it was rejected before. */
export function toPutEvent({ attempts, parkedKey, record }: SinkDeadLetter) {
  const { key, value, headers, timestamp, timestampType, topic, partition, offset } = record;
  return {
    eventSource: 'aws:kafka',
    records: {
      [topicPartitionOf(record)]: [
        {
          topic,
          partition,
          offset,
          timestamp,
          timestampType,
          key: toBase64(key),
          value: toBase64(value),
          headers: headers.map(([name, bytes]) => ({ [name]: bytes === null ? null : [...bytes] })),
        },
      ],
    },
    tailraceReplay: { attempts, parkedKey },
  };
}

/** An event that names a letter in the bucket: with its record in it, it might be larger than Lambda takes. */
export const toStoredPutEvent = ({
  attempts,
  parkedKey,
  stored,
}: Pick<StoredDeadLetter, 'attempts' | 'parkedKey' | 'stored'>) => ({
  eventSource: 'aws:kafka',
  records: {},
  tailraceReplay: { attempts, parkedKey, letter: stored },
});

const toBase64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('base64');
