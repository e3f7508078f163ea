import { CrossStackReferences, Duration, ReferenceStrength } from 'aws-cdk-lib';
import {
  type CfnEventSourceMapping,
  EventSourceMapping,
  type IFunction,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { errorControlsOf, pollersOf } from '../pollers.ts';

/** Lambda's word for "for ever". */
const ENDLESS = -1;

type Props = {
  readonly target: IFunction;
  readonly clusterArn: string;
  readonly topic: string;
  readonly consumerGroup: string;
  readonly startAt: 'earliest' | 'latest';
  readonly batchSize: number;
  readonly windowSeconds: number | undefined;
  readonly sinkSettings: EnvironmentSettings['sink'];
  /** Of the topic. */
  readonly partitions: number | undefined;
  readonly pollerGroupName: string;
};

/**
 * The event source mapping of one topic: retries for ever, and has no failure destination.
 *
 * With a destination Lambda would give up after ten tries and keep metadata only, so an outage of the database would
 * become a loss. Records that can never be written are dead-lettered by the function itself.
 */
export class TopicMapping extends Construct {
  readonly topic: string;
  readonly mappingId: string;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { batchSize, clusterArn, consumerGroup, startAt, target, topic, windowSeconds } = props;
    const mapping = new EventSourceMapping(this, 'mapping', {
      target,
      eventSourceArn: clusterArn,
      kafkaTopic: topic,
      // without it a mapping that is replaced would get a new group and start over
      kafkaConsumerGroupId: consumerGroup,
      startingPosition: startAt === 'latest' ? StartingPosition.LATEST : StartingPosition.TRIM_HORIZON,
      batchSize,
      retryAttempts: ENDLESS,
      metricsConfig: { metrics: [MetricType.EVENT_COUNT, MetricType.ERROR_COUNT, MetricType.KAFKA_METRICS] },
      ...(windowSeconds !== undefined && { maxBatchingWindow: Duration.seconds(windowSeconds) }),
      ...pollingOf(props),
    });
    // the construct takes a Duration, which can't be negative
    (mapping.node.defaultChild as CfnEventSourceMapping).maximumRecordAgeInSeconds = ENDLESS;
    this.topic = topic;
    this.mappingId = mapping.eventSourceMappingId;
    // an export could not go while the dashboard imports it, so a topic could never be taken off a sink
    CrossStackReferences.of(mapping).produce(ReferenceStrength.WEAK);
  }
}

function pollingOf({ partitions, pollerGroupName, sinkSettings }: Props) {
  const pollers = pollersOf(sinkSettings, partitions);
  const { bisectBatch, partialBatchResponse } = errorControlsOf(sinkSettings);
  return {
    ...(pollers && {
      provisionedPollerConfig: {
        minimumPollers: pollers.minimum,
        maximumPollers: pollers.maximum,
        // mappings of one group share what is paid for
        pollerGroupName,
      },
    }),
    ...(partialBatchResponse && { reportBatchItemFailures: true }),
    // a record that crashes the function is found by halving its batch
    ...(bisectBatch && { bisectBatchOnError: true }),
  };
}
