import { decimal128Parts } from '../../bson/decimal128-parts.ts';
import { endOfCString, endOfValue } from '../../bson/element-reader.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { createLayouts, fieldsOf, type Place } from './layouts.ts';
import { createMergeShapes } from './merge-shapes.ts';
import { BINARY, BOOLEAN, FLOAT64, INT32, INT64, type Shape, TEXT, TIMESTAMP, UNKNOWN } from './shape.ts';
import type { ShapeTable } from './shape-table.ts';

/** The name of the schema of a whole document, whose path is empty. */
const TOP = 'default';

/** Prepares the reading of shapes. */
export function createInferShape(table: ShapeTable): (document: Buffer) => Shape {
  const { placeAt, stepOf, layoutBehind } = createLayouts(table);
  const merge = createMergeShapes(table);

  function shapeOf(source: Buffer, type: number, start: number, place: Place): Shape {
    switch (type) {
      case BSON_TYPE.document:
        return documentShape(source, start, place);
      case BSON_TYPE.array:
        return arrayShape(source, start, place);
      case BSON_TYPE.decimal128: {
        const parts = decimal128Parts(source, start);
        // the peer fails here, since Java's BigDecimal knows neither NaN nor infinity
        return parts.kind === 'number' ? table.decimal(0 - parts.exponent) : TEXT;
      }
      default:
        return SCALARS[type] ?? TEXT;
    }
  }

  function arrayShape(source: Buffer, start: number, place: Place): Shape {
    let items: Shape = UNKNOWN;
    // once it is a text it stays one
    for (let at = start + 4; source[at] !== 0 && items !== TEXT; ) {
      const type = source[at]!;
      const from = endOfCString(source, at + 1) + 1;
      items = merge(items, shapeOf(source, type, from, place));
      at = endOfValue(source, type, from);
    }
    let shape = place.arrays.get(items);
    if (!shape) {
      shape = table.array(place.path, items);
      place.arrays.set(items, shape);
    }
    return shape;
  }

  function documentShape(source: Buffer, start: number, place: Place): Shape {
    let layout = place.start;
    for (let at = start + 4; source[at] !== 0; ) {
      const type = source[at]!;
      const nameEnd = endOfCString(source, at + 1);
      const step = stepOf(layout, place, source, at + 1, nameEnd);
      layout = layoutBehind(layout, step, shapeOf(source, type, nameEnd + 1, step.place));
      at = endOfValue(source, type, nameEnd + 1);
    }
    layout.shape ??= table.struct(place.path || TOP, fieldsOf(layout));
    return layout.shape;
  }

  const top = placeAt('');
  return (document) => documentShape(document, 0, top);
}

const SCALARS: Readonly<Record<number, Shape>> = {
  [BSON_TYPE.null]: UNKNOWN,
  [BSON_TYPE.binary]: BINARY,
  [BSON_TYPE.boolean]: BOOLEAN,
  [BSON_TYPE.int32]: INT32,
  [BSON_TYPE.int64]: INT64,
  [BSON_TYPE.double]: FLOAT64,
  [BSON_TYPE.date]: TIMESTAMP,
  [BSON_TYPE.timestamp]: TIMESTAMP,
};
