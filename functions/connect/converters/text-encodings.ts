type TextEncoding = {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
};

const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();
const littleEndian = (text: string): Buffer => Buffer.from(text, 'utf16le');
const decoder = (label: string) => (bytes: Uint8Array) => new TextDecoder(label, { ignoreBOM: true }).decode(bytes);
/** What an encoding of single bytes lacks becomes a question mark, one for each character. */
const bounded = (last: number) => (text: string) =>
  Buffer.from(Array.from(text, (char) => (char.codePointAt(0)! <= last ? char : '?')).join(''), 'latin1');

/** Java's six standard encodings, which each of its platforms has. */
const STANDARD: Readonly<Record<string, TextEncoding>> = {
  'utf-8': { encode: (text) => Buffer.from(text, 'utf8'), decode: decoder('utf-8') },
  'iso-8859-1': { encode: bounded(0xff), decode: (bytes) => Buffer.from(bytes).toString('latin1') },
  'us-ascii': {
    encode: bounded(0x7f),
    decode: (bytes) =>
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\x80-\xff]/g, '\ufffd'),
  },
  'utf-16': {
    encode: (text) =>
      Buffer.concat([text === '' ? Buffer.alloc(0) : Buffer.of(0xfe, 0xff), swapped(littleEndian(text))]),
    decode: (bytes) =>
      bytes[0] === 0xff && bytes[1] === 0xfe
        ? decoder('utf-16le')(bytes.subarray(2))
        : decoder('utf-16be')(bytes).replace(/^\ufeff/, ''),
  },
  'utf-16be': { encode: (text) => swapped(littleEndian(text)), decode: decoder('utf-16be') },
  'utf-16le': { encode: littleEndian, decode: decoder('utf-16le') },
};

const ALIASES: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  latin1: 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  iso8859_1: 'iso-8859-1',
  ascii: 'us-ascii',
};

export const ENCODING_NAMES = Object.keys(STANDARD).map((name) => name.toUpperCase());

/** The encoding of a Java name, in any case; nothing where it is not one of the standard ones. */
export function encodingOf(name: string): TextEncoding | undefined {
  const lower = name.toLowerCase();
  return STANDARD[ALIASES[lower] ?? lower];
}

export const isUtf8Name = (name: string): boolean => encodingOf(name) === STANDARD['utf-8'];
