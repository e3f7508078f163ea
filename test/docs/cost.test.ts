import { describe, expect, test } from 'vitest';
import { alarmMetricsOf } from '../../docs/cost/alarm-metrics.ts';
import { monthlyCost } from '../../docs/cost/monthly-cost.ts';
import { loadPrices } from '../../docs/cost/price-list.ts';
import type { CloudSettings } from '../../infra/environment-schema.ts';
import { metricsOf } from '../infra/stacks/alarm-metrics.ts';
import { CLOUD, cloudEnvironment, resourcesOf, templatesOf } from '../infra/stacks/synthesised.ts';

const list = loadPrices();
const HOURS = list.assumptions.hoursPerMonth;

/** The lines of staging whose text begins so, with other settings. */
function itemOf(what: string, settings: Partial<CloudSettings> = {}) {
  const items = monthlyCost(cloudEnvironment('staging', settings), list);
  return items.find((item) => item.what.startsWith(what));
}

test('an environment that does nothing costs what stands, and a busy one what it does besides', () => {
  for (const name of CLOUD) {
    for (const { busy, idle } of monthlyCost(cloudEnvironment(name), list)) expect(busy).toBeGreaterThanOrEqual(idle);
  }
  expect(itemOf('Sink functions')).toMatchObject({ idle: 0 });
  // 2 million puts a month and more, each of a tenth of a second
  expect(itemOf('Sink functions')?.busy).toBeGreaterThan(1);
});

test('on-demand pollers cost nothing, provisioned ones by the unit that their group shares', () => {
  expect(itemOf('Pollers')?.idle).toBeCloseTo(0.185 * HOURS);
  const { sink } = cloudEnvironment('staging').settings;
  expect(itemOf('Pollers', { sink: { ...sink, pollers: { mode: 'on-demand' } } })).toBeUndefined();
  // as many as there are partitions, which fit into one unit
  const many = { mode: 'provisioned', minimum: 50, maximum: 60 } as const;
  expect(itemOf('Pollers', { sink: { ...sink, pollers: many } })?.idle).toBeCloseTo(0.185 * HOURS);
});

describe('brokers', () => {
  test.each<[string, CloudSettings['kafka'], number]>([
    [
      'express',
      { kind: 'express', instanceType: 'express.m7g.large', brokers: 6, version: '3.8.x' },
      6 * 0.408 * HOURS,
    ],
    [
      'standard, with their volumes',
      { kind: 'standard', instanceType: 'kafka.m7g.large', brokers: 3, version: '3.9.x.kraft', volumeGiB: 100 },
      3 * 0.204 * HOURS + 3 * 100 * 0.1,
    ],
  ])('%s', (_, kafka, idle) => {
    expect(itemOf('Brokers', { kafka })?.idle).toBeCloseTo(idle);
  });

  test('a serverless cluster costs by the hour, also when nothing happens', () => {
    expect(itemOf('MSK Serverless', { kafka: { kind: 'serverless' } })?.idle).toBeCloseTo(HOURS * (0.75 + 6 * 0.0015));
  });

  test('an existing cluster and an imported network are paid for already', () => {
    const network: CloudSettings['network'] = {
      kind: 'imported',
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: [],
      privateSubnetRouteTableIds: [],
      egress: 'existing',
    };
    const kafka: CloudSettings['kafka'] = { kind: 'existing', clusterArn: 'arn', securityGroupId: 'sg' };
    const parts = monthlyCost(cloudEnvironment('staging', { network, kafka }), list).filter(
      ({ part }) => part === 'ground',
    );
    expect(parts.map(({ what }) => what)).toEqual(['Secrets: 1']);
  });

  test('a type without a price is named, and not taken for free', () => {
    const kafka = { ...cloudEnvironment('staging').settings.kafka, instanceType: 'express.m7g.16xlarge' };
    expect(() => itemOf('Brokers', { kafka: kafka as CloudSettings['kafka'] })).toThrow(
      'docs/cost/prices.json has no price of express.m7g.16xlarge',
    );
  });
});

test.each(CLOUD)('counts the metrics that the alarms of %s look at as its stacks have them', (name) => {
  const environment = cloudEnvironment(name);
  const { observability } = templatesOf(environment);
  const alarms = resourcesOf(observability, 'AWS::CloudWatch::Alarm');
  expect(alarmMetricsOf(environment)).toBe(alarms.flatMap(({ Properties }) => metricsOf(Properties)).length);
});

test('counts the interface endpoints that the network has', () => {
  const network: CloudSettings['network'] = {
    kind: 'made',
    cidr: '10.0.0.0/16',
    availabilityZones: 3,
    egress: 'endpoints',
    natGateways: 1,
  };
  const endpoints = resourcesOf(templatesOf(cloudEnvironment('staging', { network })).network, 'AWS::EC2::VPCEndpoint');
  const interfaces = endpoints.filter(({ Properties }) => Properties.VpcEndpointType === 'Interface').length;
  expect(interfaces).toBeGreaterThan(0);
  expect(itemOf('Interface endpoints', { network })?.idle).toBeCloseTo(interfaces * 3 * 0.01 * HOURS);
});

test('marks as remembered only prices that there are', () => {
  const names = Object.entries(list.prices).flatMap(([name, price]) =>
    typeof price === 'number' ? [name] : Object.keys(price),
  );
  expect(names).toEqual(expect.arrayContaining(list.fromMemory));
});
