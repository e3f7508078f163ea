import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** JSON as Avro's parser tells it apart: a whole number is a bigint, any other a number; an object keeps its order. */
export type Json = null | boolean | string | bigint | number | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** Reads JSON, which may have comments as Avro's parser allows. @throws TypeError where it is none. */
export function parseAvroJson(text: string): Json {
  const errors: ParseError[] = [];
  const root = text === '' ? undefined : parseTree(text, errors);
  const [error] = errors;
  if (error) {
    throw new TypeError(`Expected JSON, got ${printParseErrorCode(error.error)} at character ${error.offset + 1}`);
  }
  if (!root) throw new TypeError('Cannot parse <null> schema');
  return toJson(root, text);
}

/** The JSON text of a part of a schema, without blanks: for messages. */
export function jsonText(json: Json): string {
  if (isObject(json)) {
    return `{${[...json].map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`;
  }
  if (isArray(json)) return `[${json.map(jsonText).join(',')}]`;
  return typeof json === 'bigint' ? String(json) : JSON.stringify(json);
}

export const isObject = (json: Json | undefined): json is JsonObject => json instanceof Map;
export const isArray = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

function toJson(node: Node, text: string): Json {
  const { type, children = [], offset, length } = node;
  switch (type) {
    case 'object':
      return new Map(
        children.flatMap(({ children: [name, value] = [] }) =>
          name && value ? [[String(name.value), toJson(value, text)]] : [],
        ),
      );
    case 'array':
      return children.map((child) => toJson(child, text));
    case 'number': {
      const digits = text.slice(offset, offset + length);
      // JavaScript's number would round an int64
      return /^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits);
    }
    default:
      return node.value as null | boolean | string;
  }
}
