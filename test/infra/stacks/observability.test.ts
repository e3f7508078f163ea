import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRICS } from '../../../functions/connect/metrics.ts';
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
      'source-lag',
      'source-not-running-orders-source',
      'source-stopped',
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
    expect(silence[`tailrace-${name}-source-lag`]).toBe('breaching');
    expect(silence[`tailrace-${name}-source-not-running-orders-source`]).toBe('breaching');
    expect(silence[`tailrace-${name}-sink-lag-orders-sink-shop.orders`]).toBe('notBreaching');
  });

  test('looks at metrics that the deployables have, under the dimensions that they write', () => {
    const ours = alarms().filter(({ Namespace }) => Namespace === 'Tailrace');
    expect(ours.length).toBeGreaterThan(0);
    const code = readFileSync('functions/source/run-source.ts', 'utf8');
    const [, service, dimension] = /createMetrics\('([^']+)', \{ (\w+)[^,]* \}\)/.exec(code) ?? [];
    for (const { Dimensions } of ours) {
      expect(Dimensions).toEqual([
        { Name: dimension, Value: name },
        { Name: 'service', Value: service },
      ]);
    }
    for (const { MetricName } of ours) expect(Object.keys(METRICS)).toContain(MetricName);
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
