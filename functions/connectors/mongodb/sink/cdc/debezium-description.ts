import type { SinkRecord } from '../../../../connect/records.ts';
import { elementOf, elementsOf } from '../../bson/elements.ts';
import { jsonToBson } from '../../bson/json-to-bson.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { textOf, unexpected } from './envelope.ts';
import { toText, toTruncation, type UpdateDescription } from './update-description.ts';

/**
 * Debezium's own form of `updateDescription`: `updatedFields` is JSON text, what is empty is null.
 *
 * @throws DataError where it is not of that form.
 */
export function parseDebeziumDescription(description: Uint8Array, record: SinkRecord): UpdateDescription {
  const members = elementsOf(description);
  const presentOf = (name: string, type: number, expected: string) => {
    const member = elementOf(members, name);
    if (member === undefined || member.type === BSON_TYPE.null) return undefined;
    if (member.type !== type) throw unexpected(record, `updateDescription.${name} to be ${expected}`, member);
    return member;
  };
  const itemsOf = (name: string) => {
    const list = presentOf(name, BSON_TYPE.array, 'an array');
    return list ? elementsOf(list.value) : [];
  };
  const updated = presentOf('updatedFields', BSON_TYPE.string, 'a text');
  return {
    updated: updated ? elementsOf(jsonToBson(Buffer.from(textOf(updated), 'utf8'))) : [],
    removed: itemsOf('removedFields').map((item) => toText(item, 'removedFields', record)),
    truncated: itemsOf('truncatedArrays').map((item) => toTruncation(item, 'size', record)),
    disambiguated: new Map(),
  };
}
