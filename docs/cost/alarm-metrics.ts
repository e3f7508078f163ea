import type { CloudEnvironment } from '../../infra/environment.ts';

/**
 * Metrics that the alarms of an environment look at, which is what is paid for: an expression of two counts twice. A test
 * compares them with the stacks.
 */
export function alarmMetricsOf({ sinks, sources }: CloudEnvironment): number {
  const mappings = sinks.flatMap(({ subscriptions }) => subscriptions);
  const feeding = sinks.map(({ subscriptions }) => {
    const read = new Set(subscriptions.map(({ topic }) => topic));
    return sources.filter(({ topics }) => topics.some((topic) => read.has(topic))).length;
  });
  return (
    OF_ENVIRONMENT +
    sources.length * OF_SOURCE +
    sinks.length * OF_SINK +
    mappings.length * OF_MAPPING +
    feeding.filter((count) => count > 0).reduce((sum, count) => sum + Math.min(count, 9) + 1, 0)
  );
}

const OF_ENVIRONMENT = 7;
const OF_SOURCE = 7;
const OF_SINK = 5;
const OF_MAPPING = 7;
