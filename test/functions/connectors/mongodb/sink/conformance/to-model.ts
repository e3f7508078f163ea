import { elementOf, elementsOf } from '../../../../../../functions/connectors/mongodb/bson/elements.ts';
import { JSON_FORMATS } from '../../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf } from '../../../../../../functions/connectors/mongodb/bson/json-writer.ts';
import type { CommandName } from '../../../../../../functions/connectors/mongodb/sink/statements.ts';
import type { Model } from './case-file.ts';

/** A statement of a command as a case writes it, documents as canonical Extended JSON. */
export function toModel(command: CommandName, statement: Uint8Array): Model {
  if (command === 'insert') return { op: 'insertOne', document: toJson(statement) };
  const members = elementsOf(statement);
  const member = (name: string) => elementOf(members, name);
  const filter = toJson(member('q')!.value);
  const update = member('u');
  if (!update) return { op: 'deleteOne', filter };
  const upsert = member('upsert')!.value[0] === 1;
  const isPipeline = update.type === 0x04;
  const isOperators = isPipeline || elementsOf(update.value)[0]?.name.startsWith('$');
  return isOperators
    ? { op: 'updateOne', filter, update: isPipeline ? stagesOf(update.value) : toJson(update.value), upsert }
    : { op: 'replaceOne', filter, replacement: toJson(update.value), upsert };
}

const stagesOf = (array: Uint8Array): unknown[] => elementsOf(array).map(({ value }) => toJson(value));

/** Documents whose JSON would not read back as themselves are compared by their bytes, as the cases do. */
function toJson(bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes);
  const json = JSON.parse(jsonTextOf(buffer, JSON_FORMATS.extended));
  return Object.defineProperty(json, HEX, { value: buffer.toString('hex') });
}

/** Not a field of the document: hidden from its names. */
const HEX = Symbol('hex');

export const hexOf = (json: unknown): string | undefined => (json as { [HEX]?: string })[HEX];
