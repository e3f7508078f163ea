import type { CloudEnvironment } from '../../infra/environment.ts';
import type { CostItem, Flow } from './monthly-cost.ts';
import type { PriceList } from './price-list.ts';

/** `infra/constructs/interface-endpoints.ts` makes as many. */
export const ENDPOINTS = 9;

const ground = (what: string, idle: number, busy: number): CostItem => ({ part: 'ground', what, idle, busy });

/** Ways out of private subnets. An imported VPC has its own, which somebody else pays for. */
export function networkItems({ settings: { network } }: CloudEnvironment, { gb }: Flow, list: PriceList): CostItem[] {
  const { assumptions, prices } = list;
  if (network.kind === 'imported') return [];
  const flowLogs = ground('Flow logs', 0, 2 * gb * assumptions.flowLogShareOfTraffic * prices.logGb);
  const zones =
    typeof network.availabilityZones === 'number' ? network.availabilityZones : network.availabilityZones.length;
  if (network.egress === 'endpoints') {
    const month = ENDPOINTS * zones * prices.endpointZoneHour * assumptions.hoursPerMonth;
    return [ground(`Interface endpoints: ${ENDPOINTS} in ${zones} zones`, month, month), flowLogs];
  }
  const month = network.natGateways * prices.natGatewayHour * assumptions.hoursPerMonth;
  // out of MongoDB by the source, into it by the sink
  const through = 2 * gb * prices.natGatewayGb;
  const what = `NAT gateways: ${network.natGateways}, and in the busy case all traffic of MongoDB through them`;
  return [ground(what, month, month + through), flowLogs];
}

/** An existing cluster is paid for already. */
export function brokerItems(
  { settings: { kafka, retention, topics } }: CloudEnvironment,
  { gb }: Flow,
  { assumptions, prices }: PriceList,
): CostItem[] {
  const hours = assumptions.hoursPerMonth;
  // what is kept at any time
  const keptGb = gb * Math.min(1, retention.topicHours / hours);
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
