import { type Expression, fields, toDocument } from '../expression.ts';
import { changeTree, INDEX, type Step } from './change-tree.ts';
import type { UpdateDescription } from './update-description.ts';
import { replacementOf } from './update-pipeline.ts';

/**
 * The update that makes of the old document the new one: `$set` and `$unset` where they can say it, else one stage of
 * an aggregation pipeline. They can't truncate an array that they also change, nor name a field with a dot or a
 * leading `$`.
 *
 * @throws DataError where two of its changes are about the same place.
 */
export function updateOf(
  description: UpdateDescription,
  { withEmptySet } = { withEmptySet: true },
): Uint8Array | readonly Uint8Array[] {
  const { updated, removed, truncated } = description;
  const paths = [...updated.map(({ name }) => name), ...removed];
  const isPlain = truncated.length === 0 && paths.every((path) => stepsOf(path, description).every(isOrdinary));
  if (isPlain) return operatorsOf(description, withEmptySet);
  const tree = changeTree();
  for (const { path, size } of truncated) tree.truncate(stepsOf(path, description), size);
  for (const { name, type, value } of updated) tree.set(stepsOf(name, description), { type, value });
  for (const path of removed) tree.remove(stepsOf(path, description));
  return [toDocument(fields(['$replaceWith', replacementOf(tree)]))];
}

/** The server disambiguates only paths whose names hold dots or are numbers, and only if the stream asks for it. */
function stepsOf(path: string, { disambiguated }: UpdateDescription): readonly Step[] {
  const parts = disambiguated.get(path);
  if (parts) return parts.map((part) => ({ name: String(part), isIndex: typeof part === 'number' }));
  return path.split('.').map((name) => ({ name, isIndex: INDEX.test(name) ? undefined : false }));
}

/** Whether `$set` takes that step of a path for what it is. */
const isOrdinary = ({ name }: Step): boolean => name !== '' && !name.startsWith('$') && !name.includes('.');

/** An empty `$set` does no harm, and the peer's users see it. */
function operatorsOf({ updated, removed }: UpdateDescription, withEmptySet: boolean): Uint8Array {
  const set: Expression = { fields: updated.map(({ name, type, value }) => [name, { type, value }]) };
  const unset: Expression = { fields: removed.map((path) => [path, '']) };
  return toDocument({
    fields: [
      ...(updated.length > 0 || withEmptySet ? ([['$set', set]] as const) : []),
      ...(removed.length > 0 ? ([['$unset', unset]] as const) : []),
    ],
  });
}
