import {
  AlarmStatusWidget,
  Column,
  CustomWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  Row,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../functions/connect/metrics.ts';
import type { LoadedSink, LoadedSource } from '../environment-connectors.ts';
import { namesOf } from '../names.ts';
import type { WatchedMapping } from '../stacks/sink.ts';
import { functionMetric, mappingMetric, queueMetric, tailraceMetric } from './metrics.ts';

type Statistic = 'Maximum' | 'Minimum' | 'Sum' | 'p99';

type Props = {
  readonly environment: string;
  readonly sources: readonly LoadedSource[];
  readonly sinks: readonly LoadedSink[];
  readonly mappings: readonly WatchedMapping[];
  readonly alarms: readonly IAlarm[];
  /** The function that shows dead letters. */
  readonly widgetArn: string;
};

/** CloudWatch's grid is this wide. */
const WIDTH = 24;
const HEIGHT = 6;

/** One page per environment: what is wrong, then what happens in the order that a change takes. */
export class EnvironmentDashboard extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    new Dashboard(this, 'dashboard', {
      dashboardName: `tailrace-${props.environment}`,
      widgets: [
        [alarmStatus(props)],
        [heading('Sources: MongoDB to Kafka')],
        ...sourceRows(props),
        [heading('Sinks: Kafka to MongoDB')],
        ...sinkRows(props),
        [heading('Dead letters')],
        [newestLetters(props)],
        letterRow(props),
      ],
    });
  }
}

const alarmStatus = ({ alarms }: Props): IWidget =>
  new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 4 });

const newestLetters = ({ widgetArn }: Props): IWidget =>
  new CustomWidget({
    title: 'Newest dead letters',
    functionArn: widgetArn,
    width: WIDTH,
    height: 9,
    updateOnRefresh: true,
    // its content depends on neither
    updateOnResize: false,
    updateOnTimeRangeChange: false,
  });

function sourceRows({ environment, sources }: Props): IWidget[][] {
  /** One line for each connector. */
  const lines = (metric: MetricName, statistic: Statistic, what = '') =>
    sources.map(({ name }) =>
      tailraceMetric({ service: 'tailrace-source', environment, connector: name }, metric, statistic).with({
        label: `${name}${what}`,
      }),
    );
  return [
    row(
      graph('Lag (seconds)', lines('sourceLag', 'Maximum')),
      graph('Headroom of the oplog (seconds)', lines('sourceOplogHeadroom', 'Minimum')),
      graph('Age of the stored position (seconds)', lines('sourceTokenAge', 'Maximum')),
      graph('Stopped, reconnected, position lost, dead letters', [
        ...lines('sourceStopped', 'Maximum', ': stopped'),
        ...lines('sourceReconnects', 'Sum', ': reconnected'),
        ...lines('sourceGaps', 'Sum', ': position lost'),
        ...lines('sourceDeadLetters', 'Sum', ': dead letters'),
      ]),
    ),
    row(
      graph('Records per minute', lines('sourceRecords', 'Sum')),
      graph('Bytes per minute', lines('sourceBytes', 'Sum')),
      graph('Time to acknowledgement (ms, p99)', lines('produceLatency', 'p99')),
      graph(
        'Copy of what exists: documents per minute, ranges left (right)',
        lines('sourceCopiedRecords', 'Sum', ': documents'),
        lines('sourceCopyRemainingRanges', 'Maximum', ': ranges left'),
      ),
    ),
  ];
}

function sinkRows({ environment, mappings, sinks }: Props): IWidget[][] {
  const names = namesOf(environment);
  const lines = (metric: MetricName, statistic: Statistic, what = '') =>
    sinks.map(({ name }) =>
      tailraceMetric({ service: 'tailrace-sink', environment, connector: name }, metric, statistic).with({
        label: `${name}${what}`,
      }),
    );
  const functions = (metric: string, statistic: Statistic, what = '') =>
    sinks.map(({ name }) =>
      functionMetric(names.sinkFunction(name), metric, statistic).with({ label: `${name}${what}` }),
    );
  return [
    row(
      graph(
        'Unread records of a partition',
        mappings.map(({ connector, mappingId, topic }) =>
          mappingMetric(mappingId, 'MaxOffsetLag', 'Maximum').with({ label: `${connector}: ${topic}` }),
        ),
      ),
      graph('Age of the oldest record of a put (seconds)', lines('sinkRecordAge', 'Maximum')),
      graph('Writing, end to end (ms, p99)', [
        ...lines('sinkWriteLatency', 'p99', ': writing'),
        ...lines('sinkEndToEndLatency', 'p99', ': end to end'),
      ]),
      graph('Errors and throttles', [
        ...functions('Errors', 'Sum', ': errors'),
        ...functions('Throttles', 'Sum', ': throttles'),
      ]),
    ),
    row(
      graph('Records per minute', [
        ...lines('sinkWritten', 'Sum', ': written'),
        ...lines('sinkSkipped', 'Sum', ': skipped'),
      ]),
      graph('Not written, per minute', [
        ...lines('sinkUnsettled', 'Sum', ': unsettled'),
        ...lines('sinkRejected', 'Sum', ': rejected'),
        ...lines('sinkHeld', 'Sum', ': held'),
        ...lines('sinkParked', 'Sum', ': parked'),
        ...lines('sinkUpdatesMissed', 'Sum', ': updates missed'),
      ]),
      graph('Duration of a put (ms, p99)', functions('Duration', 'p99')),
      graph(
        'Dropped by the mapping, errors of reading',
        mappings.flatMap(({ connector, mappingId, topic }) => [
          mappingMetric(mappingId, 'DroppedEventCount', 'Sum').with({ label: `${connector}: ${topic}: dropped` }),
          mappingMetric(mappingId, 'PollingErrorCount', 'Sum').with({ label: `${connector}: ${topic}: errors` }),
        ]),
      ),
    ),
  ];
}

function letterRow({ environment, sinks }: Props): IWidget[] {
  const { deadLetterQueue, replayFunction, replayQueue } = namesOf(environment);
  return row(
    graph('Waiting', [
      queueMetric(deadLetterQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'dead letters' }),
      queueMetric(replayQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'to be replayed' }),
    ]),
    graph('Age of the oldest (seconds)', [
      queueMetric(deadLetterQueue, 'ApproximateAgeOfOldestMessage').with({ label: 'dead letter' }),
    ]),
    graph(
      'Dead letters per minute',
      sinks.map(({ name }) =>
        tailraceMetric({ service: 'tailrace-sink', environment, connector: name }, 'sinkDeadLetters', 'Sum').with({
          label: name,
        }),
      ),
    ),
    graph('Replays: invocations and errors', [
      functionMetric(replayFunction, 'Invocations', 'Sum').with({ label: 'replays' }),
      functionMetric(replayFunction, 'Errors', 'Sum').with({ label: 'errors' }),
    ]),
  );
}

const heading = (title: string): IWidget => new TextWidget({ markdown: `## ${title}`, width: WIDTH, height: 1 });

/** A graph without a metric is refused by CloudWatch. */
const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget[] =>
  left.length > 0 ? [new GraphWidget({ title, left, right, width: WIDTH / 4, height: HEIGHT })] : [];

const row = (...widgets: readonly IWidget[][]): IWidget[] => [
  new Row(...widgets.flat().map((widget) => new Column(widget))),
];
