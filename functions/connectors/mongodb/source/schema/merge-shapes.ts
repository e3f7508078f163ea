import { type Shape, TEXT, UNKNOWN } from './shape.ts';
import type { ShapeTable } from './shape-table.ts';

/** Two ids make one number that is exact; a table has a character for each id, and room for a million. */
const ID_LIMIT = 2 ** 26;
/** What a known pair counts as. */
const PAIR_CHARACTERS = 8;

/** Prepares the search for the shape that values of two shapes fit in; pairs that were met before are known. */
export function createMergeShapes(table: ShapeTable): (a: Shape, b: Shape) => Shape {
  const known = new Map<number, Shape>();

  function merge(a: Shape, b: Shape): Shape {
    if (a === b || b === UNKNOWN) return a;
    if (a === UNKNOWN) return b;
    if (a.kind === 'scalar' || b.kind === 'scalar') return TEXT;
    const pair = a.id * ID_LIMIT + b.id;
    let merged = known.get(pair);
    if (!merged) {
      merged = mergeAnew(a, b);
      known.set(pair, merged);
      table.charge(PAIR_CHARACTERS);
    }
    return merged;
  }

  function mergeAnew(a: Shape, b: Shape): Shape {
    if (a.kind === 'array' && b.kind === 'array') return table.array(a.name, merge(a.items, b.items));
    if (a.kind !== 'struct' || b.kind !== 'struct') return TEXT;
    const fields = new Map(a.fields);
    for (const [field, shape] of b.fields) fields.set(field, merge(fields.get(field) ?? UNKNOWN, shape));
    return table.struct(a.name, fields);
  }

  return merge;
}

/** The same shape with texts in place of what is still unknown. */
export function settleShape(shape: Shape, table: ShapeTable): Shape {
  if (shape === UNKNOWN) return TEXT;
  if (shape.kind === 'array') return table.array(shape.name, settleShape(shape.items, table));
  if (shape.kind === 'scalar') return shape;
  return table.struct(
    shape.name,
    new Map([...shape.fields].map(([field, inner]) => [field, settleShape(inner, table)])),
  );
}
