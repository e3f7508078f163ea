import { BSON_TYPE } from '../../bson/types.ts';
import { documentsIn, type Fields } from '../../bson/values.ts';
import type { Projection } from './block-list.ts';

/** The entries of a list by the parts of their paths; every path to an entry is itself allowed. */
type Node = { readonly parts: Map<string, Node> };

/** Where a field is: the entries that fit so far, wildcards included, and its path. */
type Place = { readonly nodes: readonly Node[]; readonly literal: Node | undefined; readonly path: string };

/**
 * Keeps what the list names, and the documents on the way to it.
 *
 * | entry | keeps |
 * | --- | --- |
 * | `a.b` | `b` in the document `a`, or in each document of the array `a`; of `b` only what other entries name |
 * | `*` as a part of a path | any name |
 * | `a.**` | the document `a` as it is |
 * | `**` | everything |
 * | `pre*` without a dot | every path that begins so |
 *
 * In arrays, elements that are no documents stay.
 */
export function allowList(list: readonly string[]): Projection {
  const root: Node = { parts: new Map() };
  for (const entry of list) insert(root, entry.split('.'));
  const prefixes = [...root.parts.keys()]
    .filter((part) => part.endsWith('*') && part !== '*' && part !== '**')
    .map((part) => part.slice(0, -1));
  if (root.parts.has('**')) return () => undefined;
  const start: Place = { nodes: [root], literal: root, path: '' };
  return (fields) => allow(fields, start, prefixes);
}

function insert(node: Node, [part, ...rest]: readonly string[]): void {
  if (part === undefined) return;
  const next = node.parts.get(part) ?? { parts: new Map() };
  node.parts.set(part, next);
  insert(next, rest);
}

function allow(fields: Fields, place: Place, prefixes: readonly string[]): void {
  for (const [name, value] of fields) {
    const at = step(place, name);
    if (at.nodes.length === 0 && !prefixes.some((prefix) => at.path.startsWith(prefix))) {
      fields.delete(name);
      continue;
    }
    // `a.**` ends the walk at a document, not at the documents of an array: the peer's rule
    const isDone = at.literal?.parts.has('**') === true && value.type === BSON_TYPE.document;
    if (!isDone) for (const inner of documentsIn(value)) allow(inner, at, prefixes);
  }
}

/** A name with dots in it counts as several parts. */
function step({ nodes, literal, path }: Place, name: string): Place {
  let next: Place = { nodes, literal, path: path === '' ? name : `${path}.${name}` };
  for (const part of name.split('.')) {
    const reached = next.nodes.flatMap(({ parts }) => [parts.get(part), part === '*' ? undefined : parts.get('*')]);
    next = { ...next, nodes: reached.filter((node) => node !== undefined), literal: next.literal?.parts.get(part) };
  }
  return next;
}
