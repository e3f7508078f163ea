import { documentOf, elementsOf, namesThatBegin } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { fields, literal, toDocument } from '../expression.ts';
import { withoutNullFields, withoutNulls } from '../remove-nulls.ts';
import type { WriteModel } from '../write-models.ts';
import type { CdcWrite, DescribedUpdate, Ignored } from './cdc-handler.ts';
import { updateOf } from './update-of.ts';

/**
 * The write model of what a CDC handler found, in the words that the server takes; nothing where nothing is left.
 *
 * @throws DataError where an update contradicts itself.
 */
export function writeOf(write: CdcWrite, removesNulls: boolean): WriteModel | Ignored | undefined {
  if (write === undefined) return undefined;
  switch (write.op) {
    case 'ignored':
      return write;
    case 'described':
      return describedUpdate(write, removesNulls);
    default: {
      const model = removesNulls ? withoutNulls(write) : write;
      return model?.op === 'replaceOne' && hasOperatorNames(model.replacement) ? replacedByPipeline(model) : model;
    }
  }
}

function describedUpdate(
  { filter, description, upsert }: DescribedUpdate,
  removesNulls: boolean,
): WriteModel | undefined {
  if (!removesNulls) return { op: 'updateOne', filter, update: updateOf(description), upsert };
  const updated = elementsOf(withoutNullFields(documentOf(description.updated)));
  if (updated.length + description.removed.length + description.truncated.length === 0) return undefined;
  return { op: 'updateOne', filter, update: updateOf({ ...description, updated }, { withEmptySet: false }), upsert };
}

/** Whether a field at the top begins with `$`, other than those of a DBRef: a replacement must not have one. */
export const hasOperatorNames = (document: Uint8Array): boolean =>
  namesThatBegin(document, '$').some((name) => !['$ref', '$id', '$db'].includes(name));

/** An aggregation pipeline may say what a replacement must not. */
function replacedByPipeline({ filter, replacement, upsert }: Extract<WriteModel, { op: 'replaceOne' }>): WriteModel {
  const document = literal({ type: BSON_TYPE.document, value: replacement });
  return { op: 'updateOne', filter, update: [toDocument(fields(['$replaceWith', document]))], upsert };
}
