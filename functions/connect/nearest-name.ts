import { distance } from 'fastest-levenshtein';

/** Edit distance up to which an unknown property counts as a misspelt one. */
const TYPO = 2;

export type Nearest = { readonly name: string; readonly isTypo: boolean };

/** The known name that an unknown one is most like; nothing where it shares less than half of its characters with any. */
export function nearestOf(name: string, known: readonly string[]): Nearest | undefined {
  const [best] = known
    .map((candidate) => ({ name: candidate, edits: distance(name, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  if (!best || best.edits > name.length / 2) return undefined;
  return { name: best.name, isTypo: best.edits <= TYPO };
}
