import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import {
  METRICS,
  METRICS_NAMESPACE,
  type Metric,
  type MetricDimensions,
  type MetricName,
  type Metrics,
} from '../connect/metrics.ts';

/**
 * CloudWatch takes a hundred values of one metric in one line, at which the library ends the line by itself; some stand
 * for all of a busy interval.
 */
const MOST_SAMPLES = 99;

export type FlushedMetrics = Metrics & {
  /** Writes what was added since the last call as one line of the embedded metric format. */
  flush(): void;
};

/** Metrics by the embedded metric format: counts are summed, times are kept as samples, lags as their last value. */
export function createMetrics({ service, ...others }: MetricDimensions): FlushedMetrics {
  const sums = new Map<MetricName, number>();
  const samples = new Map<MetricName, number[]>();
  // making one costs as much as a hundred records, and what was written leaves it
  let line: PowertoolsMetrics | undefined;

  function add(name: MetricName, value: number): void {
    const { unit, isLevel, isSample }: Metric = METRICS[name];
    const isSum = (unit === 'Count' || unit === 'Bytes') && !isSample;
    if (isLevel || unit === 'Seconds') samples.set(name, [value]);
    else if (isSum) sums.set(name, (sums.get(name) ?? 0) + value);
    else {
      const values = samples.get(name) ?? [];
      if (values.length < MOST_SAMPLES) values.push(value);
      samples.set(name, values);
    }
  }

  function flush(): void {
    if (sums.size === 0 && samples.size === 0) return;
    line ??= new PowertoolsMetrics({
      namespace: METRICS_NAMESPACE,
      serviceName: service,
      defaultDimensions: others,
    });
    for (const [name, value] of sums) line.addMetric(name, MetricUnit[METRICS[name].unit], value);
    for (const [name, values] of samples) {
      for (const value of values) line.addMetric(name, MetricUnit[METRICS[name].unit], value);
    }
    line.publishStoredMetrics();
    sums.clear();
    samples.clear();
  }

  return { add, flush };
}
