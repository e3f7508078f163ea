import { FIRST_ID, type Shape, type StructShape, TEXT, toDecimalShape, UNKNOWN } from './shape.ts';

/** Characters of the keys of all that is kept: some tens of megabytes with what belongs to them. */
const MAX_KEY_CHARACTERS = 1_000_000;

/** Two ids make one number that is exact; there is a character for each id. */
const ID_LIMIT = 2 ** 26;
/** What a known merger counts as. */
const PAIR_CHARACTERS = 8;

/** Makes shapes, each only once, so that equal ones are the same object as long as they are kept. */
export type ShapeTable = ReturnType<typeof createShapeTable>;

export function createShapeTable() {
  const shapes = new Map<string, Shape>();
  const merges = new Map<number, Shape>();
  let nextId = FIRST_ID;
  let characters = 0;

  /** Counts what is kept here or beside the table. */
  const charge = (keyCharacters: number): void => {
    characters += keyCharacters;
  };

  function only<S extends Shape>(key: string, make: (id: number) => S): S {
    // a key names the kind of its shape
    const known = shapes.get(key) as S | undefined;
    if (known) return known;
    const made = make(nextId++);
    shapes.set(key, made);
    charge(key.length);
    return made;
  }

  const decimal = (scale: number): Shape => only(`decimal ${scale}`, (id) => toDecimalShape(id, scale));

  const array = (name: string, items: Shape): Shape =>
    only(`array ${items.id} ${name}`, (id) => ({ kind: 'array', id, name, items }));

  /** Of fields in any order: they are sorted by UTF-16 code units, `_id` first. */
  function struct(name: string, fields: ReadonlyMap<string, Shape>): StructShape {
    const sorted = [...fields].sort(([a], [b]) => (a === '_id' || (a < b && b !== '_id') ? -1 : 1));
    const key = `struct ${name}\0${sorted.map(([field, { id }]) => `${field}\0${id}`).join('\0')}`;
    return only(key, (id) => ({ kind: 'struct', id, name, fields: new Map(sorted) }));
  }

  /** The shape that values of both fit in. */
  function merge(a: Shape, b: Shape): Shape {
    if (a === b || b === UNKNOWN) return a;
    if (a === UNKNOWN) return b;
    if (a.kind === 'scalar' || b.kind === 'scalar') return TEXT;
    const pair = a.id * ID_LIMIT + b.id;
    let merged = merges.get(pair);
    if (!merged) {
      merged = mergeAnew(a, b);
      merges.set(pair, merged);
      charge(PAIR_CHARACTERS);
    }
    return merged;
  }

  function mergeAnew(a: Shape, b: Shape): Shape {
    if (a.kind === 'array' && b.kind === 'array') return array(a.name, merge(a.items, b.items));
    if (a.kind !== 'struct' || b.kind !== 'struct') return TEXT;
    const fields = new Map(a.fields);
    for (const [field, shape] of b.fields) fields.set(field, merge(fields.get(field) ?? UNKNOWN, shape));
    return struct(a.name, fields);
  }

  /** The same with texts in place of what is still unknown. */
  function settle(shape: Shape): Shape {
    if (shape === UNKNOWN) return TEXT;
    if (shape.kind === 'array') return array(shape.name, settle(shape.items));
    if (shape.kind === 'scalar') return shape;
    return struct(shape.name, new Map([...shape.fields].map(([field, inner]) => [field, settle(inner)])));
  }

  return { decimal, array, struct, merge, settle, charge, isFull: () => characters > MAX_KEY_CHARACTERS };
}
