import type { Producer, ProducerRecord } from '../aws/kafka/producer.ts';
import type { Metrics } from '../connect/metrics.ts';

type Sending = Pick<Producer, 'send' | 'room'>;

/** The same producer; what Kafka acknowledged, and how long that took, goes to the metrics. */
export function measuredProducer(
  producer: Sending,
  { metrics, monotonic }: { readonly metrics: Metrics; monotonic(): number },
): Sending {
  return {
    room: () => producer.room(),
    async send(records, originOf) {
      const began = monotonic();
      const count = records.length;
      const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
      await producer.send(records, originOf);
      metrics.add('produceLatency', monotonic() - began);
      metrics.add('sourceRecords', count);
      metrics.add('sourceBytes', bytes);
    },
  };
}

const bytesOf = ({ key, value }: ProducerRecord): number => (key?.length ?? 0) + (value?.length ?? 0);
