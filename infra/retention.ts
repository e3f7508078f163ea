import type { EnvironmentSettings } from './environment-schema.ts';

/** How long topics keep their records, in Kafka's words: milliseconds, -1 for ever. */
export const retentionMsOf = ({ topicHours }: EnvironmentSettings['retention']): number =>
  topicHours === 'unlimited' ? -1 : topicHours * 3_600_000;
