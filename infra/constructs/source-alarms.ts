import type { MetricName } from '../../functions/connect/metrics.ts';
import type { LoadedSource } from '../environment-connectors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import type { AlarmTopic, Watch } from './alarm-topic.ts';
import { runningTasks, tailraceMetric } from './metrics.ts';

type Thresholds = EnvironmentSettings['alarms'];

/** A source that is stopped, silent, stuck, behind or not there. */
export function watchSources(
  topic: AlarmTopic,
  environment: string,
  sources: readonly LoadedSource[],
  thresholds: Thresholds,
): void {
  for (const { name } of sources) {
    for (const watch of [...standing(environment, name, thresholds), ...falling(environment, name, thresholds)]) {
      topic.watch({ ...watch, of: name });
    }
  }
}

const metricOf = (environment: string, connector: string, name: MetricName, statistic: 'Maximum' | 'Minimum' | 'Sum') =>
  tailraceMetric({ service: 'tailrace-source', environment, connector }, name, statistic);

/** The task does not do its work. */
function standing(environment: string, name: string, thresholds: Thresholds): Watch[] {
  return [
    {
      kind: 'source-stopped',
      meaning: `The task of source connector ${name} is stopped and waits for a person; nothing is lost while the oplog lasts`,
      firstStep: 'read the last error line of its log, mend the connector file or the data, deploy',
      metric: metricOf(environment, name, 'sourceStopped', 'Maximum'),
      atLeast: 1,
    },
    {
      kind: 'source-silent',
      meaning: `The task of source connector ${name} has read nothing, not even an empty batch, for ${thresholds.sourceSilentMinutes} minutes`,
      firstStep: 'see whether its ECS service has a running task, then the last lines of its log',
      metric: metricOf(environment, name, 'sourceBatches', 'Sum'),
      atLeast: 1,
      below: true,
      periods: thresholds.sourceSilentMinutes,
      silenceIsBad: true,
    },
    {
      kind: 'source-not-running',
      meaning: `No task of source connector ${name} runs`,
      firstStep: 'see the events of its ECS service',
      metric: runningTasks(environment, name),
      atLeast: 1,
      below: true,
      periods: 10,
      silenceIsBad: true,
    },
  ];
}

/** The task works, and changes may be or are lost. */
function falling(environment: string, name: string, thresholds: Thresholds): Watch[] {
  return [
    {
      kind: 'source-stuck',
      meaning: `The stored position of source connector ${name} is older than ${thresholds.sourceTokenAgeSeconds} seconds: it reads, or tries to, and Kafka acknowledges nothing`,
      firstStep: 'read the warnings of its log: they name Kafka, MongoDB or DynamoDB',
      metric: metricOf(environment, name, 'sourceTokenAge', 'Maximum'),
      atLeast: thresholds.sourceTokenAgeSeconds,
      periods: 5,
    },
    {
      kind: 'source-lag',
      meaning: `Source connector ${name} is more than ${thresholds.sourceLagSeconds} seconds behind the database`,
      firstStep: 'compare records per minute and CPU on the dashboard: more changes than usual, or a slower task',
      metric: metricOf(environment, name, 'sourceLag', 'Maximum'),
      atLeast: thresholds.sourceLagSeconds,
      periods: 5,
    },
    {
      kind: 'source-headroom',
      meaning: `The oplog soon no longer reaches back to the position of source connector ${name}: changes will be lost`,
      firstStep: 'enlarge the oplog (replSetResizeOplog), then see why the task does not keep up',
      metric: metricOf(environment, name, 'sourceOplogHeadroom', 'Minimum'),
      atLeast: thresholds.sourceHeadroomSeconds,
      below: true,
      periods: 5,
    },
    {
      kind: 'source-gap',
      meaning: `Source connector ${name} lost its position and went on (position.lost): changes in between were not published`,
      firstStep: `npx tailrace status --env ${environment} says from when to when`,
      metric: metricOf(environment, name, 'sourceGaps', 'Sum'),
      atLeast: 1,
    },
  ];
}
