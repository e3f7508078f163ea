import { utf8Text } from '../../bson/utf8-text.ts';
import { isSameBytes } from './same-bytes.ts';
import type { Shape } from './shape.ts';
import type { ShapeTable } from './shape-table.ts';

/**
 * Where values lie in documents: names of structs are made from their paths. A document is read along a tree of what
 * was read at its place before, so that one whose fields, order and types are known costs comparisons only.
 */
export type Place = {
  readonly path: string;
  readonly start: Layout;
  /** Shapes of arrays here by the shape of their items. */
  readonly arrays: Map<Shape, Shape>;
};

/** The fields of a document up to one of them. */
export type Layout = {
  readonly before?: { readonly layout: Layout; readonly field: string; readonly shape: Shape };
  readonly steps: Map<string, Step>;
  /** The step that was taken last: most documents go the same way. */
  recent?: Step;
  /** Of a document that ends here. */
  shape?: Shape;
};

/** The next field of a layout. */
export type Step = {
  readonly name: Buffer;
  readonly field: string;
  readonly place: Place;
  readonly to: Map<Shape, Layout>;
};

/** Makes places and layouts; what they keep is counted by the table. */
export function createLayouts(table: ShapeTable) {
  const places = new Map<string, Place>();

  function placeAt(path: string): Place {
    const known = places.get(path);
    if (known) return known;
    const place = { path, start: { steps: new Map() }, arrays: new Map() };
    places.set(path, place);
    table.charge(path.length);
    return place;
  }

  /** The field whose name is between, as the next one of a layout. */
  function stepOf(layout: Layout, place: Place, source: Buffer, start: number, end: number): Step {
    const { recent } = layout;
    if (recent && isSameBytes(source, start, end, recent.name)) return recent;
    const field = utf8Text(source, start, end);
    let step = layout.steps.get(field);
    if (!step) {
      const name = Buffer.from(source.subarray(start, end));
      step = { name, field, place: placeAt(toPath(place.path, field)), to: new Map() };
      layout.steps.set(field, step);
      table.charge(field.length);
    }
    layout.recent = step;
    return step;
  }

  /** The layout behind a field of that shape. */
  function layoutBehind(layout: Layout, step: Step, shape: Shape): Layout {
    let next = step.to.get(shape);
    if (!next) {
      next = { before: { layout, field: step.field, shape }, steps: new Map() };
      step.to.set(shape, next);
      table.charge(step.field.length);
    }
    return next;
  }

  return { placeAt, stepOf, layoutBehind };
}

/** The fields of a layout. Of a repeated name the last shape counts. */
export function fieldsOf(layout: Layout): ReadonlyMap<string, Shape> {
  const fields = new Map<string, Shape>();
  for (let at = layout.before; at; at = at.layout.before) if (!fields.has(at.field)) fields.set(at.field, at.shape);
  return fields;
}

/** `_id` is always called so, however deep it is. */
const toPath = (path: string, field: string): string => (path === '' || field === '_id' ? field : `${path}_${field}`);
