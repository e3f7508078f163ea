import { decodeCharacter } from './json-strings.ts';

const REPLACEMENT = '\ufffd';

/**
 * The text of UTF-8 bytes as Java decodes them: an encoded surrogate becomes one replacement character, where Node.js
 * makes three of it.
 */
export function utf8Text(source: Buffer, start: number, end: number): string {
  const text = source.toString('utf8', start, end);
  if (!text.includes(REPLACEMENT)) return text;
  let exact = '';
  for (let at = start; at < end; ) {
    const { code, length } = source[at]! < 0x80 ? { code: source[at]!, length: 1 } : decodeCharacter(source, at, end);
    exact += String.fromCodePoint(code);
    at += length;
  }
  return exact;
}
