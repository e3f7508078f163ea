import type { SourceDeps } from '../../../../connect/connector.ts';
import { parseDocuments } from '../json-properties.ts';
import type { SourceConfig } from '../properties.ts';
import { kindOf, type PipelineKind, toCopiedPipeline } from './copied-pipeline.ts';
import type { CopyLimits } from './copy-limits.ts';
import { COPY_ITEMS, type CopyPlan } from './copy-plan.ts';
import type { CopyReader } from './copy-reader.ts';
import type { CopySettings } from './copy-settings.ts';
import { listNamespaces } from './namespaces.ts';
import { nameOf, type Range, rangesOf } from './range.ts';
import { createRangeQueue, type RangeQueue } from './range-queue.ts';
import type { Reading } from './read-range.ts';
import { openShardKeys } from './shard-key.ts';
import { splitNamespace, wholeNamespace } from './split-namespace.ts';

/** What is to be copied, and how. */
export type CopyWork = {
  readonly queue: RangeQueue;
  readingOf(range: Range): Promise<Reading>;
};

type Deps = Pick<SourceDeps, 'items' | 'log'> & {
  readonly limits: CopyLimits;
  /** Told of each range that an earlier task found. */
  found(isDone: boolean): void;
};

/**
 * The namespaces of now, less what the plan's items say is done. One that is gone has nothing to copy; one that is new
 * is copied although its changes are in the stream, which does no harm.
 */
export async function openWork(
  config: SourceConfig,
  settings: CopySettings,
  plan: CopyPlan,
  reader: CopyReader,
  { found, items, limits, log }: Deps,
): Promise<CopyWork> {
  const streamPipeline = parseDocuments(config.pipeline);
  const kind = kindOf(settings.pipeline, streamPipeline);
  const namespaces = await listNamespaces(config, settings, reader);
  const known = rangesOf(await items.list(COPY_ITEMS), plan.run);
  const begun = namespaces.flatMap(({ namespace }) => known.get(nameOf(namespace)) ?? []);
  for (const { done } of begun) found(done);
  const finders = namespaces.map(({ isCollection, namespace }) => {
    const ranges = known.get(nameOf(namespace)) ?? [];
    return isCollection && kind !== 'whole'
      ? splitNamespace(namespace, ranges, limits)
      : wholeNamespace(namespace, ranges);
  });
  const shardKeyOf = await openShardKeys(reader, log);

  return {
    queue: createRangeQueue(
      begun.filter(({ done }) => !done),
      finders,
    ),
    async readingOf({ namespace }) {
      const shardKey = await shardKeyOf(namespace);
      return {
        kind: kindOfSharded(kind, shardKey),
        pipeline: toCopiedPipeline(namespace, shardKey, settings.pipeline, streamPipeline),
        allowDiskUse: settings.allowDiskUse,
        replyDocuments: Math.min(settings.queueSize, limits.replyDocuments),
      };
    },
  };
}

/** Shards may each have a document of one `_id`, so the last one of a reply does not say that its `_id` is done. */
const kindOfSharded = (kind: PipelineKind, shardKey: readonly string[]): PipelineKind =>
  kind === 'ids' && shardKey.length > 0 && !shardKey.includes('_id') ? 'documents' : kind;
