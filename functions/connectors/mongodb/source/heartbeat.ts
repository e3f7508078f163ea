import { OPTIONAL_BYTES, type SourceRecord, STRING } from '../../../connect/records.ts';
import type { SourceConfig } from './properties.ts';

/** Decides after each reply without records whether a heartbeat is due, and makes it. */
export type Heartbeat = (token: string, now: number) => SourceRecord | undefined;

/** One at once, then one per interval where the token has moved; an interval begins with each look, as the peer's does. */
export function createHeartbeat(config: SourceConfig): Heartbeat {
  const { heartbeatIntervalMs: intervalMs, heartbeatTopicName: topic } = config;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let sent: string | undefined;

  return (token, now) => {
    if (intervalMs === 0 || now - lookedAt <= intervalMs) return undefined;
    lookedAt = now;
    if (token === sent) return undefined;
    sent = token;
    return { topic, keySchema: STRING, key: token, valueSchema: OPTIONAL_BYTES, value: null };
  };
}
