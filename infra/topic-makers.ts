import type { EnvironmentSettings } from './environment-schema.ts';

/**
 * Who makes the topics of an environment that are not there yet.
 *
 * MSK has topics as resources on clusters with brokers. Serverless has none, and of an existing cluster nobody knows its
 * kind from its ARN: there a function of the deployment makes them.
 */
export function topicMakerOf({ kafka, topics }: EnvironmentSettings): 'resources' | 'function' | 'nobody' {
  if (!kafka || topics.every(({ existing }) => existing)) return 'nobody';
  return kafka.kind === 'serverless' || kafka.kind === 'existing' ? 'function' : 'resources';
}
