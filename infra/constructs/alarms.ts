import { Duration } from 'aws-cdk-lib';
import type { MetricName } from '../../functions/connect/metrics.ts';
import type { LoadedSink, LoadedSource } from '../environment-connectors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import type { WatchedMapping } from '../stacks/sink.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { DEAD_LETTER_DAYS } from './dead-letter-queues.ts';
import { functionMetric, mappingMetric, queueMetric, runningTasks, tailraceMetric } from './metrics.ts';

type Thresholds = EnvironmentSettings['alarms'];

/** A source that is stopped, stuck or not there. */
export function watchSources(
  topic: AlarmTopic,
  environment: string,
  sources: readonly LoadedSource[],
  { sourceHeadroomSeconds, sourceLagSeconds }: Thresholds,
): void {
  for (const { name } of sources) {
    const metric = (metricName: MetricName, statistic: 'Maximum' | 'Minimum' | 'Sum') =>
      tailraceMetric({ service: 'tailrace-source', environment, connector: name }, metricName, statistic);
    topic.watch({
      name: `source-stopped-${name}`,
      description: `The task of source connector ${name} is stopped and waits for a person: its log and /healthz say why. Nothing is lost while the oplog lasts`,
      metric: metric('sourceStopped', 'Maximum'),
      atLeast: 1,
    });
    topic.watch({
      name: `source-gap-${name}`,
      description: `Source connector ${name} lost its position and went on (position.lost): changes in between were not published, see npx tailrace status --env ${environment}`,
      metric: metric('sourceGaps', 'Sum'),
      atLeast: 1,
    });
    topic.watch({
      name: `source-lag-${name}`,
      description: `Source connector ${name} is behind the database, or reads nothing any more`,
      metric: metric('sourceLag', 'Maximum'),
      atLeast: sourceLagSeconds,
      periods: 5,
      silenceIsBad: true,
    });
    topic.watch({
      name: `source-headroom-${name}`,
      description: `The oplog soon no longer reaches back to the position of source connector ${name}: changes will be lost. Enlarge the oplog (replSetResizeOplog), and see why the task does not keep up`,
      metric: metric('sourceOplogHeadroom', 'Minimum'),
      atLeast: sourceHeadroomSeconds,
      below: true,
      periods: 5,
    });
    topic.watch({
      name: `source-not-running-${name}`,
      description: `No task of source connector ${name} runs: see the events of its ECS service`,
      metric: runningTasks(environment, name),
      atLeast: 1,
      below: true,
      periods: 10,
      silenceIsBad: true,
    });
  }
}

/** A sink whose function fails or is throttled, or whose records wait. */
export function watchSinks(
  topic: AlarmTopic,
  environment: string,
  sinks: readonly LoadedSink[],
  mappings: readonly WatchedMapping[],
  { sinkLagRecords }: Thresholds,
): void {
  const names = namesOf(environment);
  for (const { name } of sinks) {
    topic.watch({
      name: `sink-errors-${name}`,
      description: `Sink connector ${name} failed five minutes in a row: the database is down, or a record is held back (errors.tolerance=none)`,
      metric: functionMetric(names.sinkFunction(name), 'Errors', 'Sum'),
      atLeast: 1,
      periods: 5,
    });
    topic.watch({
      name: `sink-throttles-${name}`,
      description: `Lambda throttles sink connector ${name}: raise the concurrency of the account`,
      metric: functionMetric(names.sinkFunction(name), 'Throttles', 'Sum'),
      atLeast: 1,
      periods: 5,
    });
  }
  for (const { connector, mappingId, topic: name } of mappings) {
    topic.watch({
      name: `sink-lag-${connector}-${name}`,
      description: `Records of topic ${name} wait for sink connector ${connector}; topics delete them after their retention`,
      metric: mappingMetric(mappingId, 'MaxOffsetLag', 'Maximum'),
      atLeast: sinkLagRecords,
      periods: 5,
    });
    topic.watch({
      name: `sink-dropped-${connector}-${name}`,
      description: `The mapping of topic ${name} dropped records of sink connector ${connector}: that must never happen, records over 4.4 MiB are the likely cause`,
      metric: mappingMetric(mappingId, 'DroppedEventCount', 'Sum'),
      atLeast: 1,
    });
  }
}

/** Dead letters that nobody has looked at. */
export function watchDeadLetters(topic: AlarmTopic, environment: string): void {
  const { deadLetterQueue } = namesOf(environment);
  topic.watch({
    name: 'dead-letters',
    description: `Records could not be written: npx tailrace dead-letters list --env ${environment}`,
    metric: queueMetric(deadLetterQueue, 'ApproximateNumberOfMessagesVisible'),
    atLeast: 1,
  });
  topic.watch({
    name: 'dead-letters-expire',
    description: `SQS deletes the oldest dead letter in two days: redrive it, or it is lost`,
    metric: queueMetric(deadLetterQueue, 'ApproximateAgeOfOldestMessage'),
    atLeast: Duration.days(DEAD_LETTER_DAYS - 2).toSeconds(),
  });
}
