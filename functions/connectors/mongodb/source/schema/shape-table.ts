import { FIRST_ID, type Shape, type StructShape, toDecimalShape } from './shape.ts';

/** Characters of the keys of all that is kept: some tens of megabytes with what belongs to them. */
const MAX_KEY_CHARACTERS = 1_000_000;

/** Makes shapes, each only once, so that equal ones are the same object as long as they are kept. */
export type ShapeTable = ReturnType<typeof createShapeTable>;

export function createShapeTable() {
  const shapes = new Map<string, Shape>();
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

  return { decimal, array, struct, charge, isFull: () => characters > MAX_KEY_CHARACTERS };
}
