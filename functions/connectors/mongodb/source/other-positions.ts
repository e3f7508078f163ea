import type { SourceDeps } from '../../../connect/connector.ts';
import type { SourceConfig } from './properties.ts';
import { partitionOf } from './source-partition.ts';

/**
 * Warns where a connector begins anew although it has a position: it is kept under another name, since hosts, database,
 * collection or offset.partition.name were changed. The peer begins anew in silence.
 */
export async function warnOfOtherPositions(
  config: SourceConfig,
  { items, log }: Pick<SourceDeps, 'items' | 'log'>,
): Promise<void> {
  const stored = (await items.list('offset#')).filter(({ attributes }) => attributes.offset);
  const others = stored.map(({ attributes }) => (attributes.partition as { ns?: string } | undefined)?.ns);
  if (others.length === 0) return;
  const { ns } = partitionOf(config);
  log.warn('No position is stored under this name, but others are; beginning as startup.mode says', { ns, others });
}
