import { DataError } from '../../../connect/errors.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { type Expression, fields, toDocument } from './expression.ts';
import type { WriteModel } from './write-models.ts';

export type CommandName = 'update' | 'delete' | 'insert';

/** MongoDB's limit of a document; a statement may be 16 KiB larger. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_STATEMENT_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

const COMMANDS = { deleteOne: 'delete', insertOne: 'insert', replaceOne: 'update', updateOne: 'update' } as const;

export const commandOf = ({ op }: WriteModel): CommandName => COMMANDS[op];

/**
 * One write as the element of a command's list. Every record is encoded by itself, so that one which can't be is its
 * own problem alone.
 *
 * @throws DataError where the document is larger than MongoDB takes.
 */
export function toStatement(model: WriteModel, at: string): Uint8Array {
  const document =
    model.op === 'replaceOne' ? model.replacement : model.op === 'insertOne' ? model.document : undefined;
  const largest = document?.length ?? 0;
  const statement = model.op === 'insertOne' ? model.document : toDocument(expressionOf(model));
  if (largest > MAX_DOCUMENT_BYTES || statement.length > MAX_STATEMENT_BYTES) {
    throw new DataError(
      'RECORD_INVALID',
      `Expected a document of at most ${MAX_DOCUMENT_BYTES} bytes, got ${Math.max(largest, statement.length)} at ${at}`,
    );
  }
  return statement;
}

function expressionOf(model: Exclude<WriteModel, { op: 'insertOne' }>): Expression {
  const q = toRaw(model.filter);
  switch (model.op) {
    case 'deleteOne':
      return fields(['q', q], ['limit', 1]);
    case 'replaceOne':
      return fields(['q', q], ['u', toRaw(model.replacement)], ['upsert', model.upsert]);
    case 'updateOne': {
      const u = model.update instanceof Uint8Array ? toRaw(model.update) : model.update.map(toRaw);
      return fields(['q', q], ['u', u], ['upsert', model.upsert]);
    }
  }
}

const toRaw = (value: Uint8Array) => ({ type: BSON_TYPE.document, value });
