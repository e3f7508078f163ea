import type { EnvironmentSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import type { AlarmTopic, Watch } from './alarm-topic.ts';
import { FIVE_MINUTES, functionMetric } from './metrics.ts';

type Thresholds = Pick<EnvironmentSettings['alarms'], 'sinkRetryMinutes'>;
type Words = Pick<Watch, 'meaning' | 'firstStep'>;

/** Errors and throttles of one function; `meaning` is its name in a sentence. */
export function functionWatches(
  kind: 'sink' | 'replay' | 'widget',
  functionName: string,
  { sinkRetryMinutes: minutes }: Thresholds,
  { firstStep, meaning }: Words,
): Watch[] {
  const common = { atLeast: 1, periods: minutes / 5 };
  return [
    {
      ...common,
      kind: `${kind}-errors`,
      meaning: `${meaning} has failed for ${minutes} minutes`,
      firstStep,
      metric: functionMetric(functionName, 'Errors', 'Sum', FIVE_MINUTES),
    },
    {
      ...common,
      kind: `${kind}-throttles`,
      meaning: `${meaning} has been throttled by Lambda for ${minutes} minutes`,
      firstStep: 'compare the concurrent executions of the account with its quota, and ask for a higher one',
      metric: functionMetric(functionName, 'Throttles', 'Sum', FIVE_MINUTES),
    },
  ];
}

/** The functions that an environment has once. */
export function watchFunctions(topic: AlarmTopic, environment: string, thresholds: Thresholds): void {
  const names = namesOf(environment);
  const watches = [
    ...functionWatches('replay', names.replayFunction, thresholds, {
      meaning: 'The function that sends dead letters back',
      firstStep: 'read its log; what it could not send goes back to the dead letter queue',
    }),
    ...functionWatches('widget', names.widgetFunction, thresholds, {
      meaning: 'The function that shows dead letters on the dashboard',
      firstStep: 'read its log; dead letters themselves are safe in their queue',
    }),
  ];
  for (const watch of watches) topic.watch(watch);
}
