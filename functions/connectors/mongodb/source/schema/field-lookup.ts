import { endOfCString, endOfValue } from '../../bson/element-reader.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { utf8Text } from '../../bson/utf8-text.ts';
import { isSameBytes } from './same-bytes.ts';

/** Where the values of a struct's fields are in a document's bytes, by the field's index; 0: not there. */
export type Places = number[];

/** A value's place as one number. */
const toPlace = (type: number, start: number): number => start * 256 + type;
export const typeAt = (place: number): number => place % 256;
export const startAt = (place: number): number => Math.floor(place / 256);

/** Fills the places of the document that begins at `start`, in one pass over it. */
export type FieldLookup = (source: Buffer, start: number, places: Places) => void;

export type Naming = 'literal' | 'paths';

/** What an element's name is to the fields: a field of that name, or the first step of the paths of others. */
type Target = { index?: number; inner?: FieldLookup };

/** Names at the first places of a document are remembered; documents of one collection mostly look alike. */
const REMEMBERED = 64;

/**
 * Prepares the look-up of fields by name. Of several elements with one name the first counts.
 *
 * `paths`: a name with dots that is not there literally is a path through documents, cut at the first dot; one that ends
 * with a dot is no path.
 */
export function createFieldLookup(
  fields: readonly (readonly [name: string, index: number])[],
  naming: Naming,
): FieldLookup {
  const targetOf = createTargetOf(toTargets(fields, naming));

  return (source, start, places) => {
    let inside: Map<FieldLookup, number> | undefined;
    let missing = fields.length;
    let at = start + 4;
    for (let position = 0; missing > 0 && source[at] !== 0; position++) {
      const type = source[at]!;
      const nameEnd = endOfCString(source, at + 1);
      const target = targetOf(source, at + 1, nameEnd, position);
      at = endOfValue(source, type, nameEnd + 1);
      if (target?.index !== undefined && places[target.index] === 0) {
        places[target.index] = toPlace(type, nameEnd + 1);
        missing--;
      }
      if (target?.inner && !inside?.has(target.inner)) {
        inside ??= new Map();
        inside.set(target.inner, type === BSON_TYPE.document ? nameEnd + 1 : NOWHERE);
      }
    }
    inside?.forEach((from, lookup) => {
      if (from !== NOWHERE) lookup(source, from, places);
    });
  };
}

const NOWHERE = -1;

function toTargets(fields: readonly (readonly [string, number])[], naming: Naming): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>(fields.map(([name, index]) => [name, { index }]));
  if (naming === 'literal') return targets;
  const paths = fields.filter(([name]) => name.includes('.') && !name.endsWith('.'));
  for (const [first, rest] of Map.groupBy(paths, ([name]) => name.slice(0, name.indexOf('.')))) {
    const inner = createFieldLookup(
      rest.map(([name, index]) => [name.slice(first.length + 1), index]),
      naming,
    );
    targets.set(first, { ...targets.get(first), inner });
  }
  return targets;
}

type Remembered = { readonly name: Buffer; readonly target: Target | undefined };

function createTargetOf(targets: ReadonlyMap<string, Target>) {
  const remembered: Remembered[] = [];

  return (source: Buffer, start: number, end: number, position: number): Target | undefined => {
    const last = remembered[position];
    if (last && isSameBytes(source, start, end, last.name)) return last.target;
    const target = targets.get(utf8Text(source, start, end));
    if (position < REMEMBERED) remembered[position] = { name: Buffer.from(source.subarray(start, end)), target };
    return target;
  };
}
