import {
  Column,
  Dashboard,
  GraphWidget,
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
};

/** One page per environment, in the order that a change takes: source, topics, sinks, dead letters. */
export class EnvironmentDashboard extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    new Dashboard(this, 'dashboard', {
      dashboardName: `tailrace-${props.environment}`,
      widgets: [
        [heading('Sources')],
        ...sourceRows(props),
        [heading('Sinks')],
        sinkRow(props),
        [heading('Dead letters')],
        deadLetterRow(props),
      ],
    });
  }
}

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
      graph('Records per minute', lines('sourceRecords', 'Sum')),
      graph('Time to acknowledgement (ms)', lines('produceLatency', 'p99')),
      graph('Stopped, reconnected, position lost', [
        ...lines('sourceStopped', 'Maximum', ': stopped'),
        ...lines('sourceReconnects', 'Sum', ': reconnected'),
        ...lines('sourceGaps', 'Sum', ': position lost'),
      ]),
    ),
    row(
      graph('Headroom of the oplog (seconds)', lines('sourceOplogHeadroom', 'Minimum')),
      graph('Age of the resume token (seconds)', lines('sourceTokenAge', 'Maximum')),
      graph('Bytes per minute', lines('sourceBytes', 'Sum')),
      graph('Batches per minute', lines('sourceBatches', 'Sum')),
    ),
  ];
}

function sinkRow({ environment, mappings, sinks }: Props): IWidget[] {
  const names = namesOf(environment);
  const lines = (metric: MetricName, statistic: Statistic, what: string) =>
    sinks.map(({ name }) =>
      tailraceMetric({ service: 'tailrace-sink', environment, connector: name }, metric, statistic).with({
        label: `${name}: ${what}`,
      }),
    );
  return row(
    graph(
      'Unread records of a partition',
      mappings.map(({ connector, mappingId, topic }) =>
        mappingMetric(mappingId, 'MaxOffsetLag', 'Maximum').with({ label: `${connector}: ${topic}` }),
      ),
    ),
    graph('Records per minute', [
      ...lines('sinkWritten', 'Sum', 'written'),
      ...lines('sinkSkipped', 'Sum', 'skipped'),
      ...lines('sinkUnsettled', 'Sum', 'unsettled'),
      ...lines('sinkRejected', 'Sum', 'rejected'),
    ]),
    graph('Writing, end to end (ms)', [
      ...lines('sinkWriteLatency', 'p99', 'writing'),
      ...lines('sinkEndToEndLatency', 'p99', 'end to end'),
    ]),
    graph(
      'Errors',
      sinks.map(({ name }) => functionMetric(names.sinkFunction(name), 'Errors', 'Sum').with({ label: name })),
    ),
  );
}

function deadLetterRow({ environment }: Props): IWidget[] {
  const { deadLetterQueue, replayQueue } = namesOf(environment);
  return row(
    graph('Waiting', [
      queueMetric(deadLetterQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'dead letters' }),
      queueMetric(replayQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'to be replayed' }),
    ]),
    graph('Age of the oldest (seconds)', [queueMetric(deadLetterQueue, 'ApproximateAgeOfOldestMessage')]),
  );
}

const heading = (title: string): IWidget => new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 });

/** A graph without a metric is refused by CloudWatch. */
const graph = (title: string, left: IMetric[]): IWidget[] =>
  left.length > 0 ? [new GraphWidget({ title, left, width: 6, height: 6 })] : [];

const row = (...widgets: readonly IWidget[][]): IWidget[] => [
  new Row(...widgets.flat().map((widget) => new Column(widget))),
];
