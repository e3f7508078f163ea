import { CHAR, type Cursor } from './json-scanner.ts';
import { type Output, reserve } from './output.ts';

/**
 * A name at its place: behind the names that were before it in its document. Records of a topic have the same names in
 * the same order, so the one that came last time is compared with what is next, and need not be looked through. Along
 * names that are known none is repeated.
 */
export type Step = {
  /** The name as it stands in a text, from its opening quote to its value; words of four bytes, the last of them overlaps. */
  readonly words: readonly number[];
  readonly length: number;
  /** Where its closing quote is. */
  readonly quoteAt: number;
  readonly hash: number;
  /** Nothing before the first name of a document. */
  readonly before: Step | undefined;
  readonly depth: number;
  /** One that came behind it, if any. */
  next: Step | undefined;
  /** Another one that came at its place. */
  other: Step | undefined;
  /** Before the first name of the documents that are its value, or in the array that is. */
  inner: Step | undefined;
};

/** A word's bytes; a shorter name is the empty one alone. */
const WORD = 4;
/** Some hundred bytes each. */
const MOST_STEPS = 4096;
/** Names that differ from document to document, as ids do, aren't worth knowing. */
const MOST_AT_A_PLACE = 8;
/** Behind so many names, as with other names, the ordinary way is taken. */
const DEEPEST = 128;
const LONGEST = 64;
/** Then all is forgotten and learned anew, as what came first need not be what comes most. */
const MOST_TEXTS = 100_000;

const beforeFirst = (): Step => ({
  words: [],
  length: 0,
  quoteAt: 0,
  hash: 0,
  before: undefined,
  depth: 0,
  next: undefined,
  other: undefined,
  inner: undefined,
});

let root = beforeFirst();
let steps = 0;
let texts = 0;

/** Before the first name of a text. */
export function beginSteps(): Step {
  texts += 1;
  if (texts > MOST_TEXTS) {
    root = beforeFirst();
    steps = 0;
    texts = 0;
  }
  return root;
}

/** Before the first name of a document that is the value of `step`. */
export function innerOf(step: Step | undefined): Step | undefined {
  if (!step || step.inner || steps >= MOST_STEPS) return step?.inner;
  steps += 1;
  step.inner = beforeFirst();
  return step.inner;
}

/** Takes a name that came behind `step` before, and its colon, and writes it behind a place for its type. */
export function takeKnown(cursor: Cursor, out: Output, step: Step): Step | undefined {
  for (let known = step.next; known; known = known.other) {
    if (!copyEqual(cursor, out, known)) continue;
    cursor.at += known.length;
    const end = out.at + known.quoteAt;
    out.bytes[end] = 0;
    out.at = end + 1;
    return known;
  }
  return undefined;
}

/** Copies what is next while it is what stands in the step. Whether all of it is. */
function copyEqual(cursor: Cursor, out: Output, { length, words }: Step): boolean {
  const { at, bytes, view } = cursor;
  if (at + length > bytes.length) return false;
  reserve(out, length);
  const to = out.view;
  const target = out.at;
  const word = 4;
  const last = length - word;
  for (let index = 0; index < words.length; index++) {
    const place = Math.min(index * word, last);
    const next = view.getInt32(at + place, true);
    if (next !== words[index]) return false;
    to.setInt32(target + place, next, true);
  }
  return true;
}

/**
 * Notes that the name at `at`, `size` bytes long and up to its value at the cursor, came behind `step`. Nothing where it
 * is not worth it.
 */
export function learn(
  step: Step,
  { at: end, bytes }: Cursor,
  at: number,
  size: number,
  hash: number,
): Step | undefined {
  const length = end - at;
  if (steps >= MOST_STEPS || step.depth === DEEPEST || length < WORD || length > LONGEST) return undefined;
  const text = bytes.subarray(at, end);
  const quoteAt = size + 1;
  const isPlain = text[0] === CHAR.quote && text[quoteAt] === CHAR.quote && !text.includes(CHAR.backslash);
  // one with a dollar may be the first of Extended JSON's
  if (!isPlain || (step.depth === 0 && text[1] === CHAR.dollar) || countOf(step.next) === MOST_AT_A_PLACE)
    return undefined;
  const words = Array.from({ length: Math.ceil(length / WORD) }, (_, index) =>
    text.readInt32LE(Math.min(index * WORD, length - WORD)),
  );
  steps += 1;
  step.next = {
    words,
    length,
    quoteAt,
    hash,
    before: step,
    depth: step.depth + 1,
    next: undefined,
    other: step.next,
    inner: undefined,
  };
  return step.next;
}

function countOf(first: Step | undefined): number {
  let count = 0;
  for (let step = first; step; step = step.other) count += 1;
  return count;
}
