import { toElement } from '../../bson/elements.ts';
import { type Expression, fields, literal, toDocument } from '../expression.ts';
import type { PathPart, UpdateDescription } from './update-description.ts';
import { changeTree, replacementOf } from './update-pipeline.ts';

/**
 * The update that makes of the old document the new one: `$set` and `$unset` where they can say it, else one stage of
 * an aggregation pipeline. They can't truncate an array that they also change, nor name a field with a dot or a
 * leading `$`.
 */
export function updateOf(description: UpdateDescription): Uint8Array | readonly Uint8Array[] {
  const { updated, removed, truncated } = description;
  const paths = [...updated.map(({ name }) => name), ...removed, ...truncated.map(({ path }) => path)];
  const isPlain = truncated.length === 0 && paths.every((path) => partsOf(path, description).every(isOrdinary));
  if (isPlain) return operatorsOf(description);
  const tree = changeTree();
  for (const { path, size } of truncated) tree.truncate(partsOf(path, description), size);
  for (const { name, type, value } of updated) tree.set(partsOf(name, description), { type, value });
  for (const path of removed) tree.remove(partsOf(path, description));
  return [toDocument(fields(['$replaceWith', replacementOf(tree.root)]))];
}

/** Without a disambiguated path, a number may be an index or a name: `undecided` in the pipeline. */
function partsOf(path: string, { disambiguated }: UpdateDescription): readonly PathPart[] {
  return disambiguated.get(path) ?? path.split('.');
}

/** Whether `$set` takes that part of a path for what it is. */
const isOrdinary = (part: PathPart): boolean =>
  typeof part === 'number' || (part !== '' && !part.startsWith('$') && !part.includes('.'));

function operatorsOf({ updated, removed }: UpdateDescription): Uint8Array {
  const set: Expression = { fields: updated.map(({ name, type, value }) => [name, { type, value }]) };
  const unset: Expression = { fields: removed.map((path) => [path, '']) };
  return toDocument(removed.length > 0 ? fields(['$set', set], ['$unset', unset]) : fields(['$set', set]));
}

/** A replacement that may have names with a leading `$` at its top, which a replacement proper must not have. */
export const replaceWith = (document: Uint8Array): readonly Uint8Array[] => {
  const { type, value } = toElement('', 0x03, document);
  return [toDocument(fields(['$replaceWith', literal({ type, value })]))];
};
