import { CHAR, type Cursor, copyQuoted, peek, refuse } from './json-scanner.ts';
import { createOutput } from './output.ts';

/** The text between quotes at the cursor, escapes resolved. */
export function takeText(cursor: Cursor): string {
  const quote = peek(cursor);
  if (quote !== CHAR.quote && quote !== CHAR.apostrophe) throw refuse(cursor, 'a string');
  cursor.at++;
  const out = createOutput(64);
  copyQuoted(cursor, out, quote);
  return out.bytes.toString('utf8', 0, out.at);
}
