import { documentOf, type Element, elementOf, elementsOf, toElement } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import type { WriteModel } from './write-models.ts';

/** `change.data.capture.handler.remove.null.values`; nothing where nothing is left to write. */
export function withoutNulls(model: WriteModel): WriteModel | undefined {
  if (model.op === 'replaceOne') {
    const replacement = withoutNullFields(model.replacement);
    return elementsOf(replacement).length > 0 ? { ...model, replacement } : undefined;
  }
  // a pipeline's values are literals inside expressions; the property never meant those
  if (model.op !== 'updateOne' || !(model.update instanceof Uint8Array)) return model;
  const operators = elementsOf(model.update);
  const set = elementOf(operators, '$set');
  const kept = operators.flatMap((operator) => {
    if (operator !== set) return [operator];
    const rest = withoutNullFields(set.value);
    return elementsOf(rest).length > 0 ? [toElement('$set', BSON_TYPE.document, rest)] : [];
  });
  return kept.length > 0 ? { ...model, update: documentOf(kept) } : undefined;
}

/** Without null fields, at any depth of documents and in documents directly inside arrays; null elements stay. */
export function withoutNullFields(document: Uint8Array): Uint8Array {
  return documentOf(
    elementsOf(document)
      .filter(({ type }) => type !== BSON_TYPE.null)
      .map(inside),
  );
}

function inside(element: Element): Element {
  if (element.type === BSON_TYPE.document)
    return toElement(element.name, element.type, withoutNullFields(element.value));
  if (element.type !== BSON_TYPE.array) return element;
  const items = elementsOf(element.value).map((item) =>
    item.type === BSON_TYPE.document ? toElement(item.name, item.type, withoutNullFields(item.value)) : item,
  );
  return toElement(element.name, element.type, documentOf(items));
}
