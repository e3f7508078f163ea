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
import type { LoadedSink } from '../environment-connectors.ts';
import { namesOf } from '../names.ts';
import type { WatchedMapping } from '../stacks/sink.ts';
import { functionMetric, mappingMetric, queueMetric, tailraceMetric } from './metrics.ts';

type Props = {
  readonly environment: string;
  readonly sinks: readonly LoadedSink[];
  readonly mappings: readonly WatchedMapping[];
};

/** One page per environment, in the order that a change takes: source, topics, sinks, dead letters. */
export class EnvironmentDashboard extends Construct {
  constructor(scope: Construct, id: string, { environment, mappings, sinks }: Props) {
    super(scope, id);
    const names = namesOf(environment);
    const source = (name: Parameters<typeof tailraceMetric>[2], statistic: 'Maximum' | 'Sum' | 'p99') =>
      tailraceMetric(environment, 'source', name, statistic);
    const sink = (name: Parameters<typeof tailraceMetric>[2], statistic: 'Maximum' | 'Sum' | 'p99') =>
      tailraceMetric(environment, 'sink', name, statistic);
    new Dashboard(this, 'dashboard', {
      dashboardName: `tailrace-${environment}`,
      widgets: [
        [heading('Sources')],
        row(
          graph('Lag (seconds)', [source('sourceLag', 'Maximum')]),
          graph('Records per minute', [source('sourceRecords', 'Sum')]),
          graph('Time to acknowledgement (ms)', [source('produceLatency', 'p99')]),
          graph('Stopped, reconnected', [source('sourceStopped', 'Maximum'), source('sourceReconnects', 'Sum')]),
        ),
        [heading('Sinks')],
        row(
          graph(
            'Unread records of a partition',
            mappings.map(({ connector, mappingId, topic }) =>
              mappingMetric(mappingId, 'MaxOffsetLag', 'Maximum').with({ label: `${connector}: ${topic}` }),
            ),
          ),
          graph('Records per minute', [
            sink('sinkWritten', 'Sum'),
            sink('sinkSkipped', 'Sum'),
            sink('sinkUnsettled', 'Sum'),
            sink('sinkRejected', 'Sum'),
          ]),
          graph('Writing, end to end (ms)', [sink('sinkWriteLatency', 'p99'), sink('sinkEndToEndLatency', 'p99')]),
          graph(
            'Errors',
            sinks.map(({ name }) => functionMetric(names.sinkFunction(name), 'Errors', 'Sum').with({ label: name })),
          ),
        ),
        [heading('Dead letters')],
        row(
          graph('Waiting', [
            queueMetric(names.deadLetterQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'dead letters' }),
            queueMetric(names.replayQueue, 'ApproximateNumberOfMessagesVisible').with({ label: 'to be replayed' }),
          ]),
          graph('Age of the oldest (seconds)', [queueMetric(names.deadLetterQueue, 'ApproximateAgeOfOldestMessage')]),
        ),
      ],
    });
  }
}

const heading = (title: string): IWidget => new TextWidget({ markdown: `## ${title}`, width: 24, height: 1 });

/** A graph without a metric is refused by CloudWatch. */
const graph = (title: string, left: IMetric[]): IWidget[] =>
  left.length > 0 ? [new GraphWidget({ title, left, width: 6, height: 6 })] : [];

const row = (...widgets: readonly IWidget[][]): IWidget[] => [
  new Row(...widgets.flat().map((widget) => new Column(widget))),
];
