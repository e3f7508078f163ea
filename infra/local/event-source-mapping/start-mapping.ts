import type { Invoke } from '../invocation.ts';
import { EventSourceMapping } from './mapping.ts';
import { LOCAL_CLUSTER_ARN } from './msk-event.ts';
import { type MappingOptions, parseMappingSettings } from './settings.ts';
import { readTopic } from './topic-reader.ts';

export type StartMappingDeps = {
  readonly bootstrapServers: string;
  readonly invoke: Invoke;
  /** Takes a line for the person who watches, where a record is given up. */
  readonly report: (line: string) => void;
};

/** Starts an event source mapping between a topic, which may come later, and a function. */
export function startMapping(options: MappingOptions, deps: StartMappingDeps): EventSourceMapping {
  const { bootstrapServers, invoke, report } = deps;
  const settings = parseMappingSettings(options, Date.now());
  return new EventSourceMapping(settings, {
    origin: { topic: settings.topic, eventSourceArn: LOCAL_CLUSTER_ARN, bootstrapServers },
    openReader: (listener) => readTopic(bootstrapServers, settings, listener),
    invoke,
    now: Date.now,
    random: Math.random,
    report,
  });
}
