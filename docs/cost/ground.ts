import { interfaceServicesOf } from '../../infra/constructs/endpoints.ts';
import type { CloudEnvironment } from '../../infra/environment.ts';
import type { CostItem, Flow } from './monthly-cost.ts';
import type { PriceList } from './price-list.ts';

const ground = (what: string, idle: number, busy: number): CostItem => ({ part: 'ground', what, idle, busy });

/** Ways out of private subnets; those that an imported VPC has already are paid for by somebody else. */
export function networkItems(environment: CloudEnvironment, { gb }: Flow, list: PriceList): CostItem[] {
  const { assumptions, prices } = list;
  const { network } = environment.settings;
  const endpoints = network.egress === 'endpoints' ? endpointItems(environment, list) : [];
  if (network.kind === 'imported') return endpoints;
  const flowLogs = ground('Flow logs', 0, 2 * gb * assumptions.flowLogShareOfTraffic * prices.logGb);
  if (network.egress === 'endpoints') return [...endpoints, flowLogs];
  const month = network.natGateways * prices.natGatewayHour * assumptions.hoursPerMonth;
  // out of MongoDB by the source, into it by the sink
  const through = 2 * gb * prices.natGatewayGb;
  const what = `NAT gateways: ${network.natGateways}, and in the busy case all traffic of MongoDB through them`;
  return [ground(what, month, month + through), flowLogs];
}

function endpointItems(environment: CloudEnvironment, { assumptions, prices }: PriceList): CostItem[] {
  const { availabilityZones } = environment.settings.network;
  const zones = typeof availabilityZones === 'number' ? availabilityZones : availabilityZones.length;
  const services = Object.keys(interfaceServicesOf(environment)).length;
  const month = services * zones * prices.endpointZoneHour * assumptions.hoursPerMonth;
  return [ground(`Interface endpoints: ${services} in ${zones} zones`, month, month)];
}

/** An existing cluster is paid for already. */
export function brokerItems(
  { settings: { kafka, retention, topics } }: CloudEnvironment,
  { gb }: Flow,
  { assumptions, prices }: PriceList,
): CostItem[] {
  const hours = assumptions.hoursPerMonth;
  // what is kept at any time
  const keptGb = gb * (retention.topicHours === 'unlimited' ? 1 : Math.min(1, retention.topicHours / hours));
  switch (kafka.kind) {
    case 'existing':
      return [];
    case 'express': {
      const month = kafka.brokers * priceOf(prices.expressBrokerHour, kafka.instanceType) * hours;
      const more = gb * prices.expressInGb + keptGb * prices.expressStorageGbMonth;
      return [ground(`Brokers: ${kafka.brokers} ${kafka.instanceType}`, month, month + more)];
    }
    case 'standard': {
      const volumes = kafka.brokers * kafka.volumeGiB * prices.standardStorageGbMonth;
      const month = kafka.brokers * priceOf(prices.standardBrokerHour, kafka.instanceType) * hours + volumes;
      return [ground(`Brokers: ${kafka.brokers} ${kafka.instanceType} with ${kafka.volumeGiB} GiB`, month, month)];
    }
    case 'serverless': {
      const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
      const month = hours * (prices.serverlessClusterHour + partitions * prices.serverlessPartitionHour);
      const more = gb * (prices.serverlessInGb + prices.serverlessOutGb) + keptGb * prices.serverlessStorageGbMonth;
      return [ground(`MSK Serverless with ${partitions} partitions`, month, month + more)];
    }
  }
}

function priceOf(prices: Readonly<Record<string, number>>, instanceType: string): number {
  const price = prices[instanceType];
  if (price !== undefined) return price;
  throw new Error(`docs/cost/prices.json has no price of ${instanceType}, only of ${Object.keys(prices).join(', ')}`);
}
