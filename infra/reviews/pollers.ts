import type { Problem } from '../../functions/connect/errors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { partitionsOf, type Reviewed } from './reviewed.ts';

/** Neither CDK nor CloudFormation would say that only provisioned pollers have error controls. */
export function reviewErrorControls({ sink }: EnvironmentSettings): Problem[] {
  if (sink.pollers.mode === 'provisioned') return [];
  return Object.entries(sink.errorControls)
    .filter(([, isAskedFor]) => isAskedFor)
    .map(([control]) => ({
      property: `sink.errorControls.${control}`,
      message: 'Expected sink.pollers.mode provisioned, which alone has it, got on-demand',
    }));
}

/** Lambda starts at most one poller per partition: more would be paid for, or only look like room. */
export function reviewPollers({ inEnvironment, settings, sinks }: Reviewed): Problem[] {
  const { pollers } = settings.sink;
  if (pollers.mode === 'on-demand') return [];
  const topics = [...new Set(sinks.flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)))];
  return topics.flatMap((topic) => {
    const partitions = partitionsOf(settings, topic);
    if (partitions === undefined) return [];
    return (['minimum', 'maximum'] as const).flatMap((bound) => {
      const count = pollers[bound];
      if (count === undefined || count <= partitions) return [];
      const message = `Expected at most ${partitions}, the partitions of topic ${topic}, got ${count}`;
      return [{ property: inEnvironment(`sink.pollers.${bound}`), message }];
    });
  });
}
