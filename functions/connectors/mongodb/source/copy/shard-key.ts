import { ConfigError, messageOf } from '../../../../connect/errors.ts';
import type { Log } from '../../../../connect/log.ts';
import { documentOf, findElement } from '../../bson/element-reader.ts';
import { elementsOf } from '../../bson/elements.ts';
import type { Namespace } from '../namespace-map.ts';
import type { CopyReader } from './copy-reader.ts';
import { nameOf } from './range.ts';

/** The fields of the shard key of a namespace; none where it is not sharded. */
export type ShardKeys = (namespace: Namespace) => Promise<readonly string[]>;

/**
 * Looks shard keys up in the config database of a sharded cluster, once per namespace.
 *
 * A copied record has to have the key of the change events of its document, or it lands on another topic-partition.
 */
export async function openShardKeys(reader: Pick<CopyReader, 'ask' | 'list'>, log: Log): Promise<ShardKeys> {
  const known = new Map<string, readonly string[]>();
  const isSharded = await isShardedCluster(reader);

  return async (namespace) => {
    if (!isSharded) return [];
    const name = nameOf(namespace);
    const key = known.get(name) ?? (await readShardKey(name, reader, log));
    known.set(name, key);
    return key;
  };
}

/** A router says so of itself; `hello` is not known before MongoDB 4.4. */
async function isShardedCluster({ ask }: Pick<CopyReader, 'ask'>): Promise<boolean> {
  const answer = await ask('admin', { hello: 1 }).catch((error: unknown) => {
    if (error instanceof ConfigError) return ask('admin', { isMaster: 1 });
    throw error;
  });
  return answer.msg === 'isdbgrid';
}

async function readShardKey(name: string, { list }: Pick<CopyReader, 'list'>, log: Log): Promise<readonly string[]> {
  try {
    const [entry] = await list('config', {
      aggregate: 'collections',
      pipeline: [{ $match: { _id: name, dropped: { $ne: true } } }],
    });
    const key = entry && documentOf(entry, findElement(entry, 'key'));
    return key ? elementsOf(key).map((field) => field.name) : [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.warn('The shard key is not known, so the keys of copied records are made of the _id alone', {
      namespace: name,
      reason: messageOf(error),
    });
    return [];
  }
}
