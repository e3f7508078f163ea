import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS } from '../../../functions/connect/metrics.ts';
import { emittedBy, runBrokenSource } from './emitted.ts';
import { CLOUD, cloudEnvironment, onlyResource, resourcesOf, templatesOf } from './synthesised.ts';

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
      'sink-dropped-orders-sink-shop.orders',
      'sink-errors-orders-sink',
      'sink-lag-orders-sink-shop.orders',
      'sink-throttles-orders-sink',
      'source-gap-orders-source',
      'source-headroom-orders-source',
      'source-lag-orders-source',
      'source-not-running-orders-source',
      'source-stopped-orders-source',
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
    expect(silence[`tailrace-${name}-source-lag-orders-source`]).toBe('breaching');
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

  test('alarms and dashboard look at metrics that exist, each under service, environment and connector', () => {
    const dashboard = JSON.stringify(onlyResource(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
    const ours = alarms().filter(({ Namespace }) => Namespace === 'Tailrace');
    const shown = [...dashboard.matchAll(/\\"Tailrace\\",\\"(\w+)\\",((?:\\"[^,]*\\",){6})/g)];
    expect(ours.length).toBeGreaterThan(0);
    expect(shown.length).toBeGreaterThan(10);
    for (const metric of [...ours.map(({ MetricName }) => MetricName), ...shown.map(([, metric]) => metric)]) {
      expect(Object.keys(METRICS)).toContain(metric);
    }
    for (const [, , dimensions = ''] of shown) {
      expect([...dimensions.matchAll(/(connector|environment|service)\\"/g)]).toHaveLength(3);
    }
    for (const { Dimensions } of ours) {
      expect(Dimensions).toEqual([
        { Name: 'connector', Value: 'orders-source' },
        { Name: 'environment', Value: name },
        { Name: 'service', Value: 'tailrace-source' },
      ]);
    }
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
  observability.resourceCountIs('AWS::CloudWatch::Alarm', 2);
});
