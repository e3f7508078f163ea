import { BSON, type Document } from 'mongodb';
import { messageOf } from '../../../connect/errors.ts';
import { jsonToBson } from '../bson/json-to-bson.ts';

/** The documents of a property that is a JSON array; an empty text is an empty array. */
export function parseDocuments(text: string): readonly Document[] {
  if (text === '') return [];
  const parsed = parseValue(text);
  if (!Array.isArray(parsed)) throw new TypeError(`Expected a JSON array, got ${kindOf(parsed)}`);
  const other = parsed.find((element) => kindOf(element) !== 'a document');
  if (other !== undefined) throw new TypeError(`Expected an array of documents, got ${kindOf(other)} in it`);
  return parsed;
}

/** The document of a property that is a JSON document; an empty text is none. What follows it is ignored. */
export function parseDocument(text: string): Document | undefined {
  return text === '' ? undefined : toObject(readTwice(text));
}

/** The same as its BSON bytes, which keep the order of all names. */
export const parseDocumentBytes = (text: string): Buffer => readTwice(text);

/** One JSON value of any kind. */
export const parseValue = (text: string): unknown => toObject(readTwice(`{"value": ${text}}`)).value;

/** Why a text is no array of documents, or nothing. */
export const refuseDocuments = (text: string): string | undefined => refusalOf(() => parseDocuments(text));

/** The sentence of what a parser throws, or nothing. */
export function refusalOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** As the peer does: a text that can't be read is read once more with every backslash doubled, so that `"\d"` works. */
function readTwice(text: string): Buffer {
  try {
    return jsonToBson(Buffer.from(text, 'utf8'));
  } catch (error) {
    if (!text.includes('\\')) throw error;
    return jsonToBson(Buffer.from(text.replaceAll('\\', '\\\\'), 'utf8'));
  }
}

/** Types stay what they are: an int32 is not a double, a regular expression not JavaScript's. */
const toObject = (bytes: Buffer): Document =>
  BSON.deserialize(bytes, { promoteValues: false, promoteBuffers: false, bsonRegExp: true });

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return '_bsontype' in value ? `a ${String(value._bsontype)}` : 'a document';
}
