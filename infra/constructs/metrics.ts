import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE, type MetricDimensions, type MetricName } from '../../functions/connect/metrics.ts';
import { namesOf } from '../names.ts';

type Statistic = 'Maximum' | 'Minimum' | 'SampleCount' | 'Sum' | 'p99';

export const MINUTE = Duration.minutes(1);
export const FIVE_MINUTES = Duration.minutes(5);
export const HOUR = Duration.hours(1);

/** A metric that the task or function of a connector writes by the embedded metric format. */
export const tailraceMetric = (
  dimensions: Required<MetricDimensions>,
  name: MetricName,
  statistic: Statistic,
  period: Duration = MINUTE,
): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: dimensions,
    statistic,
    period,
  });

/** A metric of an event source mapping; what it counts is opt-in (`metricsConfig`). */
export const mappingMetric = (
  mappingId: string,
  metricName: string,
  statistic: Statistic,
  period: Duration = MINUTE,
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: mappingId },
    statistic,
    period,
  });

export const functionMetric = (
  functionName: string,
  metricName: string,
  statistic: Statistic,
  period: Duration = MINUTE,
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    statistic,
    period,
  });

export const queueMetric = (queueName: string, metricName: string): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    statistic: 'Maximum',
    period: FIVE_MINUTES,
  });

/** Container Insights counts the tasks of a service. */
export const runningTasks = (environment: string, connector: string): Metric =>
  new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: {
      ClusterName: `tailrace-${environment}`,
      ServiceName: namesOf(environment).sourceService(connector),
    },
    statistic: 'Minimum',
    period: MINUTE,
  });

/** Messages of a queue, with those that somebody is looking at: an alarm must not end because a person reads. */
export const messagesIn = (queueName: string): MathExpression =>
  new MathExpression({
    expression: 'visible + reading',
    usingMetrics: {
      visible: queueMetric(queueName, 'ApproximateNumberOfMessagesVisible'),
      reading: queueMetric(queueName, 'ApproximateNumberOfMessagesNotVisible'),
    },
    period: FIVE_MINUTES,
    label: 'messages',
  });

/**
 * 1 where records of a mapping waited the whole period and not one was committed. A period in which the mapping commits
 * nothing may have no count at all; one without a lag says nothing.
 */
export const standsStill = (mappingId: string, period: Duration): MathExpression =>
  new MathExpression({
    expression: 'IF(lag > 0 AND FILL(committed, 0) < 1, 1, 0)',
    usingMetrics: {
      lag: mappingMetric(mappingId, 'MaxOffsetLag', 'Minimum', period),
      committed: mappingMetric(mappingId, 'CommittedEventCount', 'Sum', period),
    },
    period,
    label: 'waits and is not committed',
  });

/** 1 where sources wrote records of a sink's topics in the period and its function was not invoked once. */
export function isNotReading(environment: string, sink: string, sources: readonly string[]): MathExpression {
  const of = (service: 'tailrace-sink' | 'tailrace-source', connector: string) => ({ service, environment, connector });
  const written = sources.map((source, index): [string, IMetric] => [
    `written${index}`,
    tailraceMetric(of('tailrace-source', source), 'sourceRecords', 'Sum', FIVE_MINUTES),
  ]);
  const sum = written.map(([name]) => `FILL(${name}, 0)`).join(' + ');
  return new MathExpression({
    expression: `IF(${sum} > 0 AND FILL(read, 0) < 1, 1, 0)`,
    usingMetrics: {
      ...Object.fromEntries(written),
      read: tailraceMetric(of('tailrace-sink', sink), 'sinkRecordAge', 'SampleCount', FIVE_MINUTES),
    },
    period: FIVE_MINUTES,
    label: 'written and not read',
  });
}
