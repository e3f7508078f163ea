import type { SourceItems } from '../../../connect/connector.ts';

/** A time whose change events MongoDB can't give any more, as it is kept for people. */
export type Gap = {
  /** `shop.orders` */
  readonly watch: string;
  /** ISO time; nothing where the lost position has none. */
  readonly from?: string;
  /** ISO time of the place that the stream goes on from. */
  readonly to: string;
  /** In the server's words. */
  readonly cause: string;
  readonly action: 'copy' | 'latest';
  /** The position that was lost: one gap belongs to it, however often a task comes to it. */
  readonly position: string;
};

const PREFIX = 'gap#';
/** No copy and no later event tells of a document that was deleted in between. */
const DELETES = 'Documents that were deleted in this time are not known';

/**
 * Keeps a gap, and says under which name.
 *
 * A task that ends before the new position is stored meets the same loss again. The gap then has its item already,
 * which gets the later end.
 */
export async function recordGap(gap: Gap, items: SourceItems, nowIso: string): Promise<string> {
  const known = (await items.list(PREFIX)).find(({ attributes }) => attributes.position === gap.position);
  const item = known?.item ?? `${PREFIX}${nowIso}`;
  await items.save({ item, attributes: { ...gap, deletes: DELETES } });
  return item;
}
