import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../../functions/aws/metrics.ts';
import { METRICS } from '../../../functions/connect/metrics.ts';
import { noteRecordAge } from '../../../functions/sink/record-age.ts';
import { metricsOf } from './alarm-metrics.ts';
import { emittedBy, runBrokenSource } from './emitted.ts';
import { CLOUD, cloudEnvironment, onlyResource, resourcesOf, rightsOf, templatesOf } from './synthesised.ts';

const SHOWN = [
  ...['sourceLag', 'sourceOplogHeadroom', 'sourceTokenAge', 'sourceRecords', 'sourceBytes', 'produceLatency'],
  ...['sourceCopiedRecords', 'sourceCopyRemainingRanges', 'sourceStopped', 'sourceGaps', 'sourceDeadLetters'],
  ...['MaxOffsetLag', 'sinkRecordAge', 'sinkWritten', 'sinkUnsettled', 'sinkRejected', 'sinkHeld', 'sinkUpdatesMissed'],
  'sinkParked',
  ...['sinkWriteLatency', 'sinkEndToEndLatency', 'Errors', 'Throttles', 'Duration', 'DroppedEventCount'],
  ...['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'sinkDeadLetters'],
];

describe.each(CLOUD)('the observability stack of %s', (name) => {
  let template: Template;
  beforeAll(() => {
    template = templatesOf(cloudEnvironment(name)).observability;
  });
  const alarms = () => resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

  test('has an alarm for everything that needs a person', () => {
    expect(
      alarms()
        .map(({ AlarmName }) => AlarmName.replace(`tailrace-${name}-`, ''))
        .sort(),
    ).toEqual([
      'dead-letters',
      'dead-letters-expire',
      'replay-errors',
      'replay-throttles',
      'sink-dropped-orders-sink-shop.orders',
      'sink-errors-orders-sink',
      'sink-held-orders-sink',
      'sink-lag-orders-sink-shop.orders',
      'sink-not-reading-orders-sink',
      'sink-records-expire-orders-sink',
      'sink-retrying-orders-sink',
      'sink-standstill-orders-sink-shop.orders',
      'sink-throttles-orders-sink',
      'sink-unreachable-orders-sink-shop.orders',
      'sink-unread-expire-orders-sink-shop.orders',
      'source-gap-orders-source',
      'source-headroom-orders-source',
      'source-lag-orders-source',
      'source-not-running-orders-source',
      'source-silent-orders-source',
      'source-stopped-orders-source',
      'source-stuck-orders-source',
      'widget-errors',
      'widget-throttles',
    ]);
  });

  test('tells one topic when an alarm begins and when it is over, and CloudWatch may publish there', () => {
    for (const { AlarmActions, OKActions } of alarms()) {
      expect(AlarmActions).toHaveLength(1);
      expect(OKActions).toEqual(AlarmActions);
    }
    const policy = JSON.stringify(onlyResource(template, 'AWS::SNS::TopicPolicy').Properties);
    expect(policy).toContain('"Principal":{"Service":"cloudwatch.amazonaws.com"}');
  });

  test('takes the silence of a source as bad news, and the silence of a sink as rest', () => {
    const silence = Object.fromEntries(
      alarms().map(({ AlarmName, TreatMissingData }) => [AlarmName, TreatMissingData]),
    );
    expect(silence[`tailrace-${name}-source-silent-orders-source`]).toBe('breaching');
    // DocumentDB's tokens have no time, and `source-silent` knows a task that is gone
    expect(silence[`tailrace-${name}-source-stuck-orders-source`]).toBe('notBreaching');
    // an oplog that can't be read is no reason to wake anybody
    expect(silence[`tailrace-${name}-source-headroom-orders-source`]).toBe('notBreaching');
    expect(silence[`tailrace-${name}-source-not-running-orders-source`]).toBe('breaching');
    expect(silence[`tailrace-${name}-sink-lag-orders-sink-shop.orders`]).toBe('notBreaching');
  });

  test('its alarm for a stopped source looks at what a stopped task writes', async () => {
    const [line] = await emittedBy(() => runBrokenSource(name, 'orders-source'));
    const { Namespace, Dimensions, MetricName } = alarms().find(
      ({ AlarmName }) => AlarmName === `tailrace-${name}-source-stopped-orders-source`,
    )!;
    const [written] = line?._aws.CloudWatchMetrics ?? [];
    expect(Namespace).toBe(written?.Namespace);
    expect(Dimensions.map((dimension: { Name: string }) => dimension.Name).sort()).toEqual(
      written?.Dimensions[0]?.toSorted(),
    );
    for (const { Name, Value } of Dimensions) expect(line?.[Name]).toBe(Value);
    expect(line?.[MetricName]).toBe(1);
  });

  test('its alarm for records that expire looks at what a put writes before anything else', async () => {
    const metrics = createMetrics({ service: 'tailrace-sink', environment: name, connector: 'orders-sink' });
    const event = { records: { 'shop.orders-0': [{ timestamp: 1000 }] } };
    const [line] = await emittedBy(async () => noteRecordAge(metrics, () => 61_000).before({ event }));
    const { Dimensions, MetricName } = alarms().find(
      ({ AlarmName }) => AlarmName === `tailrace-${name}-sink-records-expire-orders-sink`,
    )!;
    for (const { Name, Value } of Dimensions) expect(line?.[Name]).toBe(Value);
    expect(line?.[MetricName]).toBe(60);
  });

  test('alarms and dashboard look at metrics that exist, each under service, environment and connector', () => {
    const dashboard = JSON.stringify(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    const ours = alarms()
      .flatMap(metricsOf)
      .filter(({ Namespace }) => Namespace === 'Tailrace');
    const shown = [...dashboard.matchAll(/\\"Tailrace\\",\\"(\w+)\\",((?:\\"[^,]*\\",){6})/g)];
    expect(ours.length).toBeGreaterThan(0);
    expect(shown.length).toBeGreaterThan(10);
    for (const metric of [...ours.map(({ MetricName }) => MetricName), ...shown.map(([, metric]) => metric)]) {
      expect(Object.keys(METRICS)).toContain(metric);
    }
    for (const [, , dimensions = ''] of shown) {
      expect([...dimensions.matchAll(/(connector|environment|service)\\"/g)]).toHaveLength(3);
    }
    for (const { Dimensions, MetricName } of ours) {
      const kind = /^(?:source|sink)/.exec(MetricName)?.[0];
      expect(Dimensions).toEqual([
        { Name: 'connector', Value: `orders-${kind}` },
        { Name: 'environment', Value: name },
        { Name: 'service', Value: `tailrace-${kind}` },
      ]);
    }
  });

  test('shows on its dashboard every metric that an operator watches', () => {
    const dashboard = JSON.stringify(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    for (const metric of SHOWN) expect(dashboard).toContain(`\\"${metric}\\"`);
  });

  test('has a function that may look at the dead letter queue and do nothing else, and the dashboard calls it', () => {
    const rights = rightsOf(template, 'widgethostrole');
    expect(Object.keys(rights).sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
    expect(rights['sqs:ReceiveMessage']).toMatch(new RegExp(`:tailrace-${name}-dead-letters"`));
    const { Environment, FunctionName, Runtime, VpcConfig } = onlyResource(
      template,
      'AWS::Lambda::Function',
    ).Properties;
    expect({ FunctionName, Runtime, VpcConfig }).toEqual({
      FunctionName: `tailrace-${name}-widget`,
      Runtime: 'nodejs24.x',
      VpcConfig: undefined,
    });
    const handler = readFileSync('functions/widget/handler.ts', 'utf8');
    const read = [...handler.matchAll(/process\.env\.(\w+)/g)].map(([, variable]) => variable);
    expect(Object.keys(Environment.Variables).sort()).toEqual(['NODE_OPTIONS', ...read].sort());
    const [functionId] = Object.keys(template.findResources('AWS::Lambda::Function'));
    const body = onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody;
    expect(JSON.stringify(body)).toMatch(
      new RegExp(`"type\\\\":\\\\"custom.*endpoint\\\\":\\\\"",\\{"Fn::GetAtt":\\["${functionId}","Arn"`),
    );
  });

  test('refers to mappings weakly, so that a topic can be taken off a sink', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
  });

  test('has one dashboard', () => {
    expect(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe(`tailrace-${name}`);
  });
});

test('an environment that has no connectors yet has its stacks', () => {
  const environment = { ...cloudEnvironment('staging'), sources: [], sinks: [] };
  const { observability, sink, source } = templatesOf(environment);
  source.resourceCountIs('AWS::ECS::Service', 0);
  sink.resourceCountIs('AWS::Lambda::Function', 1);
  observability.resourceCountIs('AWS::CloudWatch::Alarm', 6);
});
