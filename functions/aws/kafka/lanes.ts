import { openBatchBuffers } from './batch-buffers.ts';
import { Lane } from './lane.ts';
import { partitionOf } from './partitioner.ts';
import type { ProducerRecord } from './producer.ts';
import type { Topics } from './topics.ts';

export type Lanes = {
  /** The topics of the records that were not looked up yet. */
  unknownTopics(records: readonly ProducerRecord[]): string[];
  /** The lane that a record goes to; nothing where it names a partition that the topic lacks. Its topic must be known. */
  laneOf(record: ProducerRecord): Lane | undefined;
};

type LanesOfTopic = { readonly lanes: Lane[]; sticky: { partition: number; begun: number } | undefined };

/** The lanes by topic and partition. A record's partition is computed once, here. */
export function openLanes(topics: Topics, random: () => number): Lanes {
  const byTopic = new Map<string, LanesOfTopic>();
  const buffers = openBatchBuffers();

  function unknownTopics(records: readonly ProducerRecord[]): string[] {
    const names = new Set<string>();
    let last = '';
    for (const { topic } of records) {
      if (topic !== last && topics.get(topic) === undefined) names.add(topic);
      last = topic;
    }
    return [...names];
  }

  function laneOf({ topic, partition, key }: ProducerRecord): Lane | undefined {
    const partitions = topics.get(topic)!.leaders.length;
    let ofTopic = byTopic.get(topic);
    if (!ofTopic) {
      ofTopic = { lanes: [], sticky: undefined };
      byTopic.set(topic, ofTopic);
    }
    if (partition !== undefined && !(partition >= 0 && partition < partitions)) return undefined;
    const chosen = partition ?? (key === null ? stick(ofTopic, partitions) : partitionOf(key, partitions));
    return laneAt(ofTopic, topic, chosen);
  }

  /** Records without a key fill one partition's batch, then go on to another: KIP-480, the Java producer's way. */
  function stick(ofTopic: LanesOfTopic, partitions: number): number {
    const { sticky, lanes } = ofTopic;
    if (sticky && (lanes[sticky.partition]?.begun ?? 0) === sticky.begun) return sticky.partition;
    const others = partitions > 1 && sticky ? partitions - 1 : partitions;
    const step = Math.floor(random() * others);
    const partition = others < partitions ? (sticky!.partition + 1 + step) % partitions : step;
    ofTopic.sticky = { partition, begun: lanes[partition]?.begun ?? 0 };
    return partition;
  }

  function laneAt({ lanes }: LanesOfTopic, topic: string, partition: number): Lane {
    let lane = lanes[partition];
    if (!lane) {
      lane = new Lane(topic, partition, buffers);
      lanes[partition] = lane;
    }
    return lane;
  }

  return { unknownTopics, laneOf };
}
