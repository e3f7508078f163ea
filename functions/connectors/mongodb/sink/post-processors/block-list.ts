import { documentsIn, type Fields, fieldsOf } from '../../bson/values.ts';

/** Changes a document in place. */
export type Projection = (fields: Fields) => void;

/**
 * Removes what the list names.
 *
 * | entry | removes |
 * | --- | --- |
 * | `a.b` | `b` in the document `a`, or in each document of the array `a` |
 * | `pre*` at the end of a path | every field that begins so |
 * | `*` | every field that is not a document; in front of a path also, before it goes on in each document |
 * | `**` | everything, wherever it stands |
 */
export function blockList(list: readonly string[]): Projection {
  const paths = list.map((entry) => entry.split('.'));
  return (fields) => {
    for (const path of paths) block(fields, path);
  };
}

function block(fields: Fields, [name = '', ...rest]: readonly string[]): void {
  if (name === '*' || name === '**') blockAny(fields, name, rest);
  else if (rest.length === 0) blockName(fields, name);
  else {
    const value = fields.get(name);
    if (value) for (const inner of documentsIn(value)) block(inner, rest);
  }
}

function blockAny(fields: Fields, wildcard: '*' | '**', rest: readonly string[]): void {
  for (const [name, value] of fields) {
    const inner = wildcard === '*' ? fieldsOf(value) : undefined;
    if (!inner) fields.delete(name);
    // as the peer: a dot with nothing behind it is the same as no dot
    else if (rest.length > 0 && rest.join('.') !== '') block(inner, rest);
  }
}

function blockName(fields: Fields, name: string): void {
  if (!name.endsWith('*')) {
    fields.delete(name);
    return;
  }
  const prefix = name.slice(0, -1);
  for (const candidate of fields.keys()) if (candidate.startsWith(prefix)) fields.delete(candidate);
}
