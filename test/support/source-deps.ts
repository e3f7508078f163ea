import type { SourceDeps, SourceItem, SourceOffset, StoredPosition } from '../../functions/connect/connector.ts';
import type { Findings } from '../../functions/connectors/mongodb/source/probe/deployment-facts.ts';
import type { SourceConfig } from '../../functions/connectors/mongodb/source/properties.ts';
import { mongodbSource } from '../../functions/connectors/mongodb/source/source-connector.ts';
import { silentLog } from './silent-log.ts';

/** What a task gives its connector, in memory: everything is acknowledged at once. */
export function sourceDeps(over: Partial<SourceDeps> = {}): SourceDeps {
  const items = new Map<string, SourceItem>();
  return {
    log: silentLog,
    metrics: { add: () => undefined },
    now: Date.now,
    settled: async () => undefined,
    items: {
      list: async (prefix) => [...items.values()].filter(({ item }) => item.startsWith(prefix)),
      async save({ item, attributes }) {
        items.set(item, { item, attributes: { ...items.get(item)?.attributes, ...attributes } });
      },
    },
    ...over,
  };
}

/** An offset as it is found stored under the same configuration. */
export const storedAt = (config: SourceConfig, offset: SourceOffset | undefined): StoredPosition | undefined =>
  offset && { offset, fingerprint: mongodbSource.fingerprintOf(config) };

/** A deployment that said nothing of itself: nothing is refused, and nothing is relied on. */
export const silentProbe = async (): Promise<Findings> => {
  const refused = { refused: 'not asked' };
  return { hello: refused, buildInfo: refused, featureVersion: refused, oplog: refused, rights: refused };
};

/** A deployment that says its version and nothing else. */
export const probeOf = (version: string) => async (): Promise<Findings> => ({
  ...(await silentProbe()),
  buildInfo: { reply: { version } },
});
