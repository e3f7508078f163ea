import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS_NAMESPACE, type MetricDimensions, type MetricName } from '../../functions/connect/metrics.ts';
import { namesOf } from '../names.ts';

type Statistic = 'Maximum' | 'Minimum' | 'Sum' | 'p99';

const MINUTE = Duration.minutes(1);

/** A metric that the task or function of a connector writes by the embedded metric format. */
export const tailraceMetric = (
  dimensions: Required<MetricDimensions>,
  name: MetricName,
  statistic: Statistic,
): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: dimensions,
    statistic,
    period: MINUTE,
  });

/** A metric of an event source mapping; what it counts is opt-in (`metricsConfig`). */
export const mappingMetric = (mappingId: string, metricName: string, statistic: Statistic): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: mappingId },
    statistic,
    period: MINUTE,
  });

export const functionMetric = (functionName: string, metricName: string, statistic: Statistic): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName },
    statistic,
    period: MINUTE,
  });

export const queueMetric = (queueName: string, metricName: string): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queueName },
    statistic: 'Maximum',
    period: Duration.minutes(5),
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
