import type { MetricName } from '../../functions/connect/metrics.ts';
import type { LoadedSink, LoadedSource } from '../environment-connectors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import type { WatchedMapping } from '../stacks/sink.ts';
import type { AlarmTopic, Watch } from './alarm-topic.ts';
import { functionWatches } from './function-alarms.ts';
import { FIVE_MINUTES, HOUR, isNotReading, mappingMetric, standsStill, tailraceMetric } from './metrics.ts';

type Settings = Pick<EnvironmentSettings, 'alarms' | 'retention'>;

/** CloudWatch looks back over seven days at most. */
const MOST_HOURS = 7 * 24;

/** A sink whose function fails, whose records wait, come again or are held. */
export function watchSinks(
  topic: AlarmTopic,
  environment: string,
  connectors: { readonly sinks: readonly LoadedSink[]; readonly sources: readonly LoadedSource[] },
  mappings: readonly WatchedMapping[],
  settings: Settings,
): void {
  for (const sink of connectors.sinks) {
    const watches = [
      ...functionWatches('sink', namesOf(environment).sinkFunction(sink.name), settings.alarms, {
        meaning: `The function of sink connector ${sink.name}`,
        firstStep: 'read the error lines of its log: the database is down, the file is wrong, or a record is held',
      }),
      ...recordWatches(environment, sink.name, settings),
      ...readingWatches(environment, sink, connectors.sources, settings),
    ];
    for (const watch of watches) topic.watch({ ...watch, of: sink.name });
  }
  for (const mapping of mappings) {
    for (const watch of mappingWatches(mapping, settings)) {
      topic.watch({ ...watch, of: `${mapping.connector}-${mapping.topic}` });
    }
  }
}

/** What the function tells of its records. */
function recordWatches(environment: string, connector: string, { alarms, retention }: Settings): Watch[] {
  const { topicHours } = retention;
  const metric = (name: MetricName, statistic: 'Maximum' | 'Sum') =>
    tailraceMetric({ service: 'tailrace-sink', environment, connector }, name, statistic, FIVE_MINUTES);
  return [
    {
      kind: 'sink-held',
      meaning: `A record that can never be written holds its topic-partition of sink connector ${connector} (errors.tolerance=none)`,
      firstStep: 'the error line of its log names the position; to get past it set errors.tolerance=all and deploy',
      metric: metric('sinkHeld', 'Sum'),
      atLeast: 1,
    },
    {
      kind: 'sink-retrying',
      meaning: `Records of sink connector ${connector} have come again for ${alarms.sinkRetryMinutes} minutes`,
      firstStep: 'see whether MongoDB is up and lets the user write: the warnings of its log say what it answered',
      metric: metric('sinkUnsettled', 'Sum'),
      atLeast: 1,
      periods: alarms.sinkRetryMinutes / 5,
    },
    ...(topicHours === 'unlimited'
      ? []
      : [
          {
            kind: 'sink-records-expire' as const,
            meaning: `Sink connector ${connector} gets records that have waited for ${alarms.expiryPercent} % of the ${topicHours} hours that topics keep them: Kafka deletes them soon`,
            firstStep: 'raise retention.ms of the topic at once, then see what holds the sink',
            metric: metric('sinkRecordAge', 'Maximum'),
            atLeast: (topicHours * 3600 * alarms.expiryPercent) / 100,
          },
        ]),
  ];
}

/** A sink that gets nothing at all, though a source of the environment writes to its topics. */
function readingWatches(
  environment: string,
  { name, subscriptions }: LoadedSink,
  sources: readonly LoadedSource[],
  { alarms }: Settings,
): Watch[] {
  const read = new Set(subscriptions.map(({ topic }) => topic));
  // CloudWatch takes ten metrics in an alarm's expression
  const feeding = sources.filter(({ topics }) => topics.some((topic) => read.has(topic))).slice(0, 9);
  if (feeding.length === 0) return [];
  return [
    {
      kind: 'sink-not-reading',
      meaning: `Sink connector ${name} was not invoked for ${alarms.sinkStandstillMinutes} minutes while a source wrote to its topics`,
      firstStep: `npx tailrace status --env ${environment} shows whether its event source mapping is enabled`,
      metric: isNotReading(
        environment,
        name,
        feeding.map((source) => source.name),
      ),
      atLeast: 1,
      periods: alarms.sinkStandstillMinutes / 5,
    },
  ];
}

/** What the event source mapping tells, also where it can't invoke the function. */
function mappingWatches({ connector, mappingId, topic }: WatchedMapping, { alarms, retention }: Settings): Watch[] {
  const { topicHours } = retention;
  return [
    {
      kind: 'sink-lag',
      meaning: `More than ${alarms.sinkLagRecords} records of a partition of topic ${topic} wait for sink connector ${connector}`,
      firstStep:
        'see on the dashboard whether records are written: raise batch size, memory or pollers, else follow sink-standstill',
      metric: mappingMetric(mappingId, 'MaxOffsetLag', 'Maximum'),
      atLeast: alarms.sinkLagRecords,
      periods: 5,
    },
    {
      kind: 'sink-standstill',
      meaning: `Records of topic ${topic} wait for sink connector ${connector}, and none was committed for ${alarms.sinkStandstillMinutes} minutes`,
      firstStep: 'read the log of the function: it fails, is throttled, or holds a record',
      metric: standsStill(mappingId, FIVE_MINUTES),
      atLeast: 1,
      periods: alarms.sinkStandstillMinutes / 5,
    },
    ...(topicHours === 'unlimited' ? [] : [unreadWatch({ connector, mappingId, topic }, topicHours, alarms)]),
    {
      kind: 'sink-unreachable',
      meaning: `The event source mapping of topic ${topic} could not read from Kafka, or not commit, for sink connector ${connector}`,
      firstStep: 'see the state of the mapping in the Lambda console: network, security groups and rights of the role',
      metric: mappingMetric(mappingId, 'PollingErrorCount', 'Sum', FIVE_MINUTES),
      atLeast: 1,
      periods: alarms.sinkRetryMinutes / 5,
    },
    {
      kind: 'sink-dropped',
      meaning: `The event source mapping of topic ${topic} dropped records of sink connector ${connector}, which must never happen`,
      firstStep: 'look for records over 4.4 MiB: Lambda can not deliver them; lower max.message.bytes of the topic',
      metric: mappingMetric(mappingId, 'DroppedEventCount', 'Sum'),
      atLeast: 1,
    },
  ];
}

function unreadWatch({ connector, mappingId, topic }: WatchedMapping, topicHours: number, alarms: Settings['alarms']) {
  const hours = Math.min(MOST_HOURS, Math.ceil((topicHours * alarms.expiryPercent) / 100));
  return {
    kind: 'sink-unread-expire' as const,
    meaning: `Records of topic ${topic} wait for sink connector ${connector}, and none was committed for ${hours} hours: Kafka deletes them after ${topicHours}`,
    firstStep: 'raise retention.ms of the topic at once, then follow sink-standstill',
    metric: standsStill(mappingId, HOUR),
    atLeast: 1,
    periods: hours,
  };
}
