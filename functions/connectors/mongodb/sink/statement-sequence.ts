import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';

/** What command monitoring shows of a statement. */
const SHOWN = {};

/**
 * The section of a message that holds statements as ready BSON bytes.
 *
 * It is put together in the same memory again and again, for the driver copies it into the message at once: large pieces
 * of memory that are new each time make the garbage collector run for them alone.
 */
export function statementSequence(list: string, statements: readonly Uint8Array[]): DocumentSequence {
  const sequence = new DocumentSequence(list);
  for (const statement of statements) sequence.push(SHOWN, statement);
  sequence.toBin = () => join(sequence.chunks);
  return sequence;
}

/** A larger one is not kept: a command of that size has thousands of statements, which pay for it. */
const LARGEST_KEPT = 4 * 1024 * 1024;
let kept = Buffer.allocUnsafe(0);

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const section = length <= kept.length ? kept : Buffer.allocUnsafeSlow(Math.ceil(length * 1.5));
  if (section.length <= LARGEST_KEPT) kept = section;
  let at = 0;
  for (const chunk of chunks) {
    section.set(chunk, at);
    at += chunk.length;
  }
  return section.subarray(0, length);
}
