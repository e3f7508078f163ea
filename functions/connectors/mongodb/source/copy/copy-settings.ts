import type { Document } from 'mongodb';
import { toRegExp } from '../../../../connect/java-regex.ts';
import { parseDocuments } from '../json-properties.ts';
import type { SourceConfig } from '../properties.ts';

/** What the properties say about the copy of existing data. */
export type CopySettings = {
  /** Aggregations that run at once. */
  readonly maxThreads: number;
  /** Most documents in one reply of a copying aggregation. */
  readonly queueSize: number;
  readonly pipeline: readonly Document[];
  /** Found anywhere in `db.coll`; nothing: all namespaces. */
  readonly namespaceRegex: RegExp | undefined;
  readonly allowDiskUse: boolean;
};

/** `startup.mode.copy.existing.*` wins over `copy.existing.*` where its name stands in the file, even with an empty value. */
export function copySettingsOf(config: SourceConfig): CopySettings {
  const isNew = (end: string) => `startup.mode.copy.existing.${end}` in config.originals;
  const pipeline = isNew('pipeline') ? config.startupModeCopyExistingPipeline : config.copyExistingPipeline;
  const regex = isNew('namespace.regex')
    ? config.startupModeCopyExistingNamespaceRegex
    : config.copyExistingNamespaceRegex;
  return {
    maxThreads: isNew('max.threads') ? config.startupModeCopyExistingMaxThreads : config.copyExistingMaxThreads,
    queueSize: isNew('queue.size') ? config.startupModeCopyExistingQueueSize : config.copyExistingQueueSize,
    pipeline: parseDocuments(pipeline),
    namespaceRegex: regex === '' ? undefined : toRegExp(regex),
    allowDiskUse: isNew('allow.disk.use')
      ? config.startupModeCopyExistingAllowDiskUse
      : config.copyExistingAllowDiskUse,
  };
}
