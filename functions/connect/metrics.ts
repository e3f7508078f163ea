export type Metric = {
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'Milliseconds';
  readonly description: string;
  /** Counts what there is, not what happened: the last value counts. */
  readonly isLevel?: true;
  /** Counts something of each, which is not to be summed. */
  readonly isSample?: true;
};

/** Every metric, with its unit and the sentence that the documentation prints. Only shells emit. */
export const METRICS = {
  sourceRecords: { unit: 'Count', description: 'Records that Kafka acknowledged.' },
  sourceBytes: { unit: 'Bytes', description: 'Key and value bytes that Kafka acknowledged.' },
  sourceBatches: { unit: 'Count', description: 'Cursor replies handled.' },
  sourceLag: {
    unit: 'Seconds',
    description: 'Now minus the time of the last change event that was read; 0 while the stream is idle.',
  },
  sourceTokenAge: {
    unit: 'Seconds',
    description: 'Now minus the time inside the newest resume token before which Kafka acknowledged everything.',
  },
  sourceOplogHeadroom: {
    unit: 'Seconds',
    description:
      'Time inside the resume token minus that of the oldest oplog entry: how long the task may stand still before changes are lost. Where the oplog can be read.',
  },
  sourceReconnects: { unit: 'Count', description: 'Change streams opened again after a failure.' },
  sourceCopiedRecords: { unit: 'Count', description: 'Existing documents copied.' },
  sourceCopyRemainingRanges: {
    unit: 'Count',
    isLevel: true,
    description:
      'Ranges of existing data that are not copied yet; a namespace whose ranges are not all known is one more.',
  },
  sourceStopped: { unit: 'Count', description: '1 while the task is stopped and waits for a person.' },
  sourceGaps: {
    unit: 'Count',
    description: 'Lost positions that the source went on from: changes in between were not published.',
  },
  sourceDeadLetters: { unit: 'Count', description: 'Records that the source sent to the dead letter queue.' },
  sourceClaimChecks: { unit: 'Count', description: 'Large values that were stored in the claim check bucket.' },
  produceLatency: { unit: 'Milliseconds', description: 'From handing a batch to the producer to its acknowledgement.' },
  producerLaneRestarts: {
    unit: 'Count',
    description: 'Lanes started anew after the broker lost their sequence; what was in flight may be doubled.',
  },
  sinkRecords: { unit: 'Count', description: 'Records received.' },
  sinkRecordAge: {
    unit: 'Seconds',
    description: 'Now minus the timestamp of the oldest record of a put, before anything of it is written.',
  },
  sinkHeld: {
    unit: 'Count',
    description: 'Records that can never be written and hold their topic-partition (errors.tolerance=none).',
  },
  sinkWritten: { unit: 'Count', description: 'Records written.' },
  sinkSkipped: { unit: 'Count', description: 'Records that needed no write.' },
  sinkRejected: { unit: 'Count', description: 'Records that can never be written.' },
  sinkParked: {
    unit: 'Count',
    description: 'Records that wait as dead letters behind one of the same key; not among the rejected ones.',
  },
  sinkUnsettled: { unit: 'Count', description: 'Records that have to come again.' },
  sinkDeadLetters: { unit: 'Count', description: 'Dead letters that SQS took.' },
  sinkUpdatesMissed: { unit: 'Count', description: 'Updates whose target document was not there.' },
  sinkClaimChecks: { unit: 'Count', description: 'Large values that were read from the claim check bucket.' },
  sinkBatchSize: { unit: 'Count', isSample: true, description: 'Records that one command writes.' },
  sinkWriteLatency: { unit: 'Milliseconds', description: 'From the first bulk write of a put to the last.' },
  sinkEndToEndLatency: {
    unit: 'Milliseconds',
    description:
      'Now minus the time of the change, of the oldest and the newest record that a put has written. The time is in the change event (wallTime, clusterTime, source.ts_ms of Debezium), else it is the timestamp of the record.',
  },
  replayed: { unit: 'Count', description: 'Dead letters sent to their sink again.' },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

/** What CloudWatch keeps the metrics of a deployable apart by. Alarms and dashboard ask by the same. */
export type MetricDimensions = {
  readonly service: 'tailrace-source' | 'tailrace-sink' | 'tailrace-replay';
  readonly environment: string;
  /** Of a task or function that runs one. */
  readonly connector?: string;
};

/** The CloudWatch namespace of all of them. */
export const METRICS_NAMESPACE = 'Tailrace';

export type Metrics = { add(name: MetricName, value: number): void };
