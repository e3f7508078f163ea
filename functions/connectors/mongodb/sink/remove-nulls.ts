import { documentOf, elementOf, elementsOf, toElement } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { bytesOf, fieldsOf, toValue } from '../bson/values.ts';
import { removeNulls } from './post-processors/null-remover.ts';
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

/** Without null fields, at any depth. */
export function withoutNullFields(document: Uint8Array): Uint8Array {
  const value = toValue(BSON_TYPE.document, document);
  removeNulls(fieldsOf(value)!);
  return bytesOf(value);
}
