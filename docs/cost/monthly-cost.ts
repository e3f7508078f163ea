import type { CloudEnvironment } from '../../infra/environment.ts';
import { secretReferencesOf } from '../../infra/placeholders.ts';
import { alarmMetricsOf } from './alarm-metrics.ts';
import { brokerItems, networkItems } from './ground.ts';
import type { PriceList } from './price-list.ts';

/** One line of a bill, in a month. */
export type CostItem = {
  /** `ours` is what Tailrace adds; `ground` is what it stands on: network, brokers, secrets. */
  readonly part: 'ours' | 'ground';
  readonly what: string;
  readonly idle: number;
  readonly busy: number;
};

/** What flows in the busy case, in a month. */
export type Flow = { readonly changes: number; readonly gb: number };

const MILLION = 1e6;
const GB = 1e9;

/** What an environment costs in a month, doing nothing and with the changes that the price list assumes. */
export function monthlyCost(environment: CloudEnvironment, list: PriceList): CostItem[] {
  const flow = flowOf(environment, list);
  return [
    sourceTasks(environment, list),
    sinkFunctions(environment, flow, list),
    pollers(environment, list),
    table(environment, flow, list),
    watching(environment, flow, list),
    ...networkItems(environment, flow, list),
    ...brokerItems(environment, flow, list),
    secrets(environment, list),
  ].filter(({ busy }) => busy > 0);
}

/** Every source has the same changes, and every record is read by one sink. */
export function flowOf({ sources }: CloudEnvironment, { assumptions }: PriceList): Flow {
  const changes = sources.length * assumptions.changesPerSecond * 3600 * assumptions.hoursPerMonth;
  return { changes, gb: (changes * assumptions.bytesPerRecord) / GB };
}

const ours = (what: string, idle: number, busy: number): CostItem => ({ part: 'ours', what, idle, busy });

function sourceTasks({ settings: { source }, sources }: CloudEnvironment, { assumptions, prices }: PriceList) {
  const hour = (source.cpu / 1024) * prices.fargateCpuHour + (source.memoryMiB / 1024) * prices.fargateGbHour;
  const month = sources.length * hour * assumptions.hoursPerMonth;
  return ours(`Source tasks: ${sources.length} of ${source.cpu / 1024} vCPU and ${source.memoryMiB} MiB`, month, month);
}

function sinkFunctions({ settings: { sink }, sinks }: CloudEnvironment, { changes }: Flow, list: PriceList) {
  const { assumptions, prices } = list;
  const puts = sinks.length === 0 ? 0 : changes / assumptions.recordsPerPut;
  const gbSeconds = puts * assumptions.secondsPerPut * (sink.memoryMiB / 1024);
  const busy = (puts / MILLION) * prices.lambdaMillionRequests + gbSeconds * prices.lambdaGbSecond;
  return ours(`Sink functions: ${sinks.length} of ${sink.memoryMiB} MiB`, 0, busy);
}

/** Mappings of one group share units; a unit holds several pollers and far more than the assumed flow. */
function pollers({ settings, sinks }: CloudEnvironment, { assumptions, prices }: PriceList) {
  const { pollers } = settings.sink;
  if (pollers.mode === 'on-demand') return ours('Pollers: on demand', 0, 0);
  const partitionsOf = (topic: string) => settings.topics.find(({ name }) => name === topic)?.partitions ?? 1;
  const least = sinks
    .flatMap(({ subscriptions }) => subscriptions)
    .reduce((sum, { topic }) => sum + Math.min(pollers.minimum, partitionsOf(topic)), 0);
  const units = Math.ceil(least / assumptions.pollersPerUnit);
  const month = units * prices.pollerUnitHour * assumptions.hoursPerMonth;
  return ours(`Pollers: ${units} unit${units === 1 ? '' : 's'} for ${least} provisioned`, month, month);
}

function table({ settings, sinks, sources }: CloudEnvironment, { changes }: Flow, { assumptions, prices }: PriceList) {
  const seconds = assumptions.hoursPerMonth * 3600;
  // a lease is renewed three times in its length
  const renewals = 3000 / settings.source.leaseMs;
  const month = (positionWrites: number) =>
    ((sources.length * seconds * (renewals + positionWrites)) / MILLION) * prices.dynamodbMillionWrites;
  // every put asks once which keys are parked
  const asked = sinks.length === 0 ? 0 : changes / assumptions.recordsPerPut;
  return ours(
    'Table: leases, positions and parked keys',
    month(assumptions.positionWritesPerSecondIdle),
    month(assumptions.positionWritesPerSecondBusy) + (asked / MILLION) * prices.dynamodbMillionReads,
  );
}

function watching(environment: CloudEnvironment, { changes }: Flow, { assumptions, prices }: PriceList) {
  const { sinks, sources } = environment;
  const polls = (assumptions.replayPollsPerMinute * 60 * assumptions.hoursPerMonth) / MILLION;
  const sourceLogGb = (sources.length * assumptions.logBytesPerSourceMinute * 60 * assumptions.hoursPerMonth) / GB;
  const putLogGb = ((changes / assumptions.recordsPerPut) * assumptions.logBytesPerPut) / GB;
  const standing =
    prices.dashboardMonth +
    alarmMetricsOf(environment) * prices.alarmMetricMonth +
    sources.length * (assumptions.metricsOfIdleSource + assumptions.insightMetricsOfService) * prices.metricMonth +
    polls * prices.sqsMillionRequests +
    sourceLogGb * prices.logGb;
  const more =
    sources.length * (assumptions.metricsOfBusySource - assumptions.metricsOfIdleSource) * prices.metricMonth +
    sinks.length * assumptions.metricsOfBusySink * prices.metricMonth +
    (sinks.length === 0 ? 0 : putLogGb * prices.logGb);
  return ours('Dashboard, alarms, metrics, logs, queues', standing, standing + more);
}

function secrets({ sinks, sources }: CloudEnvironment, { prices }: PriceList): CostItem {
  const names = new Set([...sources, ...sinks].flatMap(({ properties }) => secretReferencesOf(properties).secrets));
  const month = names.size * prices.secretMonth;
  return { part: 'ground', what: `Secrets: ${names.size}`, idle: month, busy: month };
}
