import { CHAR, type Cursor, copyQuoted, peek, refuse } from './json-scanner.ts';
import { createOutput } from './output.ts';

/** Where a text is put together before it is decoded. */
let scratch = createOutput(1024);
/** A longer one is not kept for the next. */
const LONGEST_KEPT = 64 * 1024;

/** The text between quotes at the cursor, escapes resolved. */
export function takeText(cursor: Cursor): string {
  const quote = peek(cursor);
  if (quote !== CHAR.quote && quote !== CHAR.apostrophe) throw refuse(cursor, 'a string');
  cursor.at++;
  scratch.at = 0;
  copyQuoted(cursor, scratch, quote);
  const text = scratch.bytes.toString('utf8', 0, scratch.at);
  if (scratch.bytes.length > LONGEST_KEPT) scratch = createOutput(LONGEST_KEPT);
  return text;
}
