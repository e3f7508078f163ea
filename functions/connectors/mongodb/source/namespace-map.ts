import { toWholeRegExp } from '../../../connect/java-regex.ts';
import { elementsOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { parseDocumentBytes, refusalOf } from './json-properties.ts';

export type Namespace = { readonly database: string; readonly collection: string };

/** What `topic.namespace.map` says, sorted by the kind of its keys. */
export type NamespaceMap = {
  /** `db.coll` or `db` to its topic, as it is. */
  readonly exact: ReadonlyMap<string, string>;
  readonly patterns: readonly { readonly pattern: RegExp; expand(namespace: Namespace, separator: string): string }[];
  /** The topic of `*`, as it is. */
  readonly rest: string | undefined;
};

/** Of a repeated key the last value counts; a key whose value is empty is left out. */
export function parseNamespaceMap(text: string): NamespaceMap {
  const exact = new Map<string, string>();
  const patterns: NamespaceMap['patterns'][number][] = [];
  let rest: string | undefined;
  for (const [key, value] of entriesOf(text)) {
    if (key.startsWith('/')) {
      const expand = toTemplate(value);
      const pattern = toWholeRegExp(key.slice(1));
      if (value !== '') patterns.push({ pattern, expand });
    } else if (key.includes('/')) {
      throw new TypeError("'/' is not allowed in a simple namespace pattern");
    } else if (value !== '') {
      if (key === '*') rest = value;
      else exact.set(key, value);
    }
  }
  return { exact, patterns, rest };
}

export const refuseNamespaceMap = (text: string): string | undefined => refusalOf(() => parseNamespaceMap(text));

/** In the order of the text, which an object would not keep for names that look like numbers. */
function entriesOf(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  if (text === '') return entries;
  for (const { name, type, value } of elementsOf(parseDocumentBytes(text))) {
    if (type !== BSON_TYPE.string) throw new TypeError('All values must be strings');
    entries.set(name, Buffer.from(value.subarray(4, -1)).toString('utf8'));
  }
  return entries;
}

const VARIABLES: Readonly<Record<string, (db: string, coll: string, sep: string) => string>> = {
  db: (db) => db,
  sep: (_db, _coll, sep) => sep,
  coll: (_db, coll) => coll,
  // the composite ones vanish where there is no collection
  sep_coll: (_db, coll, sep) => (coll === '' ? '' : sep + coll),
  coll_sep: (_db, coll, sep) => (coll === '' ? '' : coll + sep),
  sep_coll_sep: (_db, coll, sep) => (coll === '' ? '' : sep + coll + sep),
};

/** A topic with variables: what is between braces is one, and braces stand for nothing else. */
function toTemplate(text: string): (namespace: Namespace, separator: string) => string {
  const parts: ((db: string, coll: string, sep: string) => string)[] = [];
  let at = 0;
  while (at < text.length) {
    const [literal = ''] = /^[^{}]*/.exec(text.slice(at)) ?? [];
    parts.push(() => literal);
    at += literal.length;
    if (at === text.length) break;
    const end = text.indexOf('}', at);
    const nested = text.indexOf('{', at + 1);
    if (text[at] === '}') throw violated('}');
    if (end < 0 || (nested >= 0 && nested < end)) throw violated('{');
    const name = text.slice(at + 1, end);
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    if (!variable) throw new TypeError(`${name} is not a supported variable name`);
    parts.push(variable);
    at = end + 1;
  }
  return ({ database, collection }, separator) => parts.map((part) => part(database, collection, separator)).join('');
}

const violated = (brace: string) => new TypeError(`Variable expansion syntax is violated, unexpected '${brace}'`);
