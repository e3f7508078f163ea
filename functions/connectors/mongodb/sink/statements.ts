import { DataError } from '../../../connect/errors.ts';
import type { PutMemory } from '../../../connect/put-memory.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import {
  beginDocument,
  endDocument,
  writeByte,
  writeBytes,
  writeField,
  writeHead,
  writtenSince,
} from '../bson/output.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { fields, toDocument } from './expression.ts';
import type { WriteModel } from './write-models.ts';

export type CommandName = 'update' | 'delete' | 'insert';

/** MongoDB's limit of a document; a statement may be 16 KiB larger. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_STATEMENT_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

const COMMANDS = { deleteOne: 'delete', insertOne: 'insert', replaceOne: 'update', updateOne: 'update' } as const;

export const commandOf = ({ op }: WriteModel): CommandName => COMMANDS[op];

type Place = Pick<SinkRecord, 'topic' | 'partition' | 'offset'>;

/**
 * One write as the element of a command's list, in `memory` and not in that of the model. Every record is encoded by
 * itself, so that one which can't be is its own problem alone.
 *
 * @throws DataError where the document is larger than MongoDB takes.
 */
export function toStatement(model: WriteModel, record: Place, memory: PutMemory): Uint8Array {
  const document =
    model.op === 'replaceOne' ? model.replacement : model.op === 'insertOne' ? model.document : undefined;
  const largest = document?.length ?? 0;
  const statement = model.op === 'insertOne' ? copyOf(model.document, memory) : statementOf(model, memory);
  if (largest > MAX_DOCUMENT_BYTES || statement.length > MAX_STATEMENT_BYTES) {
    throw new DataError(
      'RECORD_INVALID',
      `Expected a document of at most ${MAX_DOCUMENT_BYTES} bytes, got ${Math.max(largest, statement.length)} at ${positionOf(record)}`,
    );
  }
  return statement;
}

function statementOf(model: Exclude<WriteModel, { op: 'insertOne' }>, memory: PutMemory): Uint8Array {
  switch (model.op) {
    case 'deleteOne':
      return toDocument(fields(['q', toRaw(model.filter)], ['limit', 1]));
    case 'replaceOne':
      return updateStatement(model.filter, model.replacement, model.upsert, memory);
    case 'updateOne': {
      const { filter, update, upsert } = model;
      if (update instanceof Uint8Array) return updateStatement(filter, update, upsert, memory);
      return toDocument(fields(['q', toRaw(filter)], ['u', update.map(toRaw)], ['upsert', upsert]));
    }
  }
}

/** What a statement has besides the documents in it, and the room that its names ask for. */
const FRAME_BYTES = 32;

/** `{ q, u, upsert }`: the bulk of all statements, so it is written at once. */
function updateStatement(filter: Uint8Array, update: Uint8Array, upsert: boolean, memory: PutMemory): Uint8Array {
  const out = memory.open(filter.length + update.length + FRAME_BYTES);
  const start = beginDocument(out);
  writeField(out, BSON_TYPE.document, 'q', filter);
  writeField(out, BSON_TYPE.document, 'u', update);
  writeHead(out, BSON_TYPE.boolean, 'upsert');
  writeByte(out, upsert ? 1 : 0);
  endDocument(out, start);
  return writtenSince(out, start);
}

function copyOf(document: Uint8Array, memory: PutMemory): Uint8Array {
  const out = memory.open(document.length);
  const start = out.at;
  writeBytes(out, document);
  return writtenSince(out, start);
}

const toRaw = (value: Uint8Array) => ({ type: BSON_TYPE.document, value });
