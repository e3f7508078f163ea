import { DataError } from '../../../../connect/errors.ts';
import { elementOf, elementsOf } from '../../bson/elements.ts';
import { jsonToBson } from '../../bson/json-to-bson.ts';
import { BSON_TYPE } from '../../bson/types.ts';

/** One entry of `field.renamer.mapping` or `field.renamer.regexp`: its members that are texts, and the other ones' names. */
export type RenamerSetting = { readonly texts: ReadonlyMap<string, string>; readonly others: readonly string[] };

/**
 * The entries of a JSON array of documents. As the peer does, a text that can't be read is read once more with every
 * backslash doubled: expressions are often written without the second one that JSON wants.
 *
 * @throws DataError where it is no such array.
 */
export function parseRenamer(text: string): readonly RenamerSetting[] {
  try {
    return parseOnce(text);
  } catch (error) {
    if (!(error instanceof DataError) || !text.includes('\\')) throw error;
    return parseOnce(text.replaceAll('\\', '\\\\'));
  }
}

/** Why the text is no such array, or nothing. */
export function refuseRenamer(text: string): string | undefined {
  try {
    parseRenamer(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return `Not a valid JSON array: ${error.message}`;
  }
}

function parseOnce(text: string): RenamerSetting[] {
  const list = elementOf(elementsOf(jsonToBson(Buffer.from(`{"list": ${text}}`, 'utf8'))), 'list');
  if (list?.type !== BSON_TYPE.array) throw new DataError('RECORD_INVALID', 'Expected an array of documents');
  return elementsOf(list.value).map(({ type, value }) => {
    if (type !== BSON_TYPE.document) throw new DataError('RECORD_INVALID', 'Expected documents as its elements');
    const members = elementsOf(value);
    const isText = (member: { type: number }) => member.type === BSON_TYPE.string;
    return {
      texts: new Map(
        members
          .filter(isText)
          .map((member) => [member.name, Buffer.from(member.value).toString('utf8', 4, member.value.length - 1)]),
      ),
      others: members.filter((member) => !isText(member)).map(({ name }) => name),
    };
  });
}
