import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const price = z.number().min(0);
const byType = z.record(z.string(), price);

const schema = z.strictObject({
  currency: z.string(),
  region: z.string(),
  /** Year and month in which somebody last looked at them. */
  date: z.string().regex(/^\d{4}-\d{2}$/),
  prices: z.strictObject({
    expressBrokerHour: byType,
    expressInGb: price,
    expressStorageGbMonth: price,
    standardBrokerHour: byType,
    standardStorageGbMonth: price,
    serverlessClusterHour: price,
    serverlessPartitionHour: price,
    serverlessInGb: price,
    serverlessOutGb: price,
    serverlessStorageGbMonth: price,
    pollerUnitHour: price,
    /** One unit of an MSK Connect worker, to compare with. */
    mskConnectUnitHour: price,
    natGatewayHour: price,
    natGatewayGb: price,
    endpointZoneHour: price,
    endpointGb: price,
    fargateCpuHour: price,
    fargateGbHour: price,
    lambdaGbSecond: price,
    lambdaMillionRequests: price,
    dynamodbMillionWrites: price,
    /** Strongly consistent. */
    dynamodbMillionReads: price,
    sqsMillionRequests: price,
    logGb: price,
    alarmMetricMonth: price,
    metricMonth: price,
    dashboardMonth: price,
    secretMonth: price,
  }),
  /** Prices that nobody looked up. */
  fromMemory: z.array(z.string()),
  assumptions: z.strictObject({
    hoursPerMonth: price,
    /** Of the busy case, for each source connector; sinks get the same. */
    changesPerSecond: price,
    bytesPerRecord: price,
    recordsPerPut: price,
    secondsPerPut: price,
    positionWritesPerSecondIdle: price,
    positionWritesPerSecondBusy: price,
    pollersPerUnit: price,
    replayPollsPerMinute: price,
    metricsOfIdleSource: price,
    metricsOfBusySource: price,
    metricsOfBusySink: price,
    insightMetricsOfService: price,
    logBytesPerSourceMinute: price,
    logBytesPerPut: price,
    flowLogShareOfTraffic: price,
  }),
});

/** Everything that the costs are computed from besides the files of an environment. */
export type PriceList = z.output<typeof schema>;

/** `docs/cost/prices.json`: change it, then `npm run docs`. */
export const loadPrices = (): PriceList =>
  schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8')));
