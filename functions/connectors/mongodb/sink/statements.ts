import { DataError } from '../../../connect/errors.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { type Expression, fields, toDocument } from './expression.ts';
import type { WriteModel } from './write-models.ts';

export type CommandName = 'update' | 'delete' | 'insert';

/** MongoDB's limit of a document; a statement may be 16 KiB larger. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_STATEMENT_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

export const commandOf = (model: WriteModel): CommandName => (model.op === 'deleteOne' ? 'delete' : 'update');

/**
 * One write as the element of a command's list. Every record is encoded by itself, so that one which can't be is its
 * own problem alone.
 *
 * @throws DataError where the document is larger than MongoDB takes.
 */
export function toStatement(model: WriteModel, at: string): Buffer {
  const largest = model.op === 'replaceOne' ? model.replacement.length : 0;
  const statement = toDocument(expressionOf(model));
  if (largest > MAX_DOCUMENT_BYTES || statement.length > MAX_STATEMENT_BYTES) {
    throw new DataError(
      'RECORD_INVALID',
      `Expected a document of at most ${MAX_DOCUMENT_BYTES} bytes, got ${Math.max(largest, statement.length)} at ${at}`,
    );
  }
  return statement;
}

function expressionOf(model: WriteModel): Expression {
  const q = document(model.filter);
  switch (model.op) {
    case 'deleteOne':
      return fields(['q', q], ['limit', 1]);
    case 'replaceOne':
      return fields(['q', q], ['u', document(model.replacement)], ['upsert', model.upsert]);
    case 'updateOne': {
      const u = model.update instanceof Uint8Array ? document(model.update) : model.update.map(document);
      return fields(['q', q], ['u', u], ['upsert', model.upsert]);
    }
  }
}

const document = (value: Uint8Array) => ({ type: BSON_TYPE.document, value });
