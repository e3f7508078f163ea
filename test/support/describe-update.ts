import { BSON, type Document } from 'mongodb';

type Part = string | number;

/** What a MongoDB server (from 6.1 on, with expanded events) says in `updateDescription` of a change of a document. */
export type UpdateDescription = {
  readonly updatedFields: Document;
  readonly removedFields: string[];
  readonly truncatedArrays: { field: string; newSize: number }[];
  readonly disambiguatedPaths: Document;
};

type Growing = UpdateDescription & { readonly paths: Map<string, string> };

/**
 * The description by which the old document becomes the new one; nothing where two different places have the same path,
 * as `{"a.b": …}` and `{a: {b: …}}` have: no server can say that either.
 */
export function describeUpdate(before: Document, after: Document): UpdateDescription | undefined {
  const growing: Growing = {
    updatedFields: {},
    removedFields: [],
    truncatedArrays: [],
    disambiguatedPaths: {},
    paths: new Map(),
  };
  if (!describeDocument(before, after, [], growing)) return undefined;
  const { paths: _, ...description } = growing;
  return description;
}

function describeDocument(before: Document, after: Document, at: readonly Part[], growing: Growing): boolean {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.every((name) => {
    const path = [...at, name];
    if (!Object.hasOwn(after, name)) return note(path, growing, (text) => void growing.removedFields.push(text));
    return Object.hasOwn(before, name)
      ? describeValue(before[name], after[name], path, growing)
      : set(path, after[name], growing);
  });
}

function describeValue(before: unknown, after: unknown, path: readonly Part[], growing: Growing): boolean {
  if (textOf(before) === textOf(after)) return true;
  if (isDocument(before) && isDocument(after)) return describeDocument(before, after, path, growing);
  if (!Array.isArray(before) || !Array.isArray(after)) return set(path, after, growing);
  const isCut =
    after.length >= before.length ||
    note(path, growing, (field) => void growing.truncatedArrays.push({ field, newSize: after.length }));
  return (
    isCut &&
    after.every((item, index) =>
      index < before.length
        ? describeValue(before[index], item, [...path, index], growing)
        : set([...path, index], item, growing),
    )
  );
}

const set = (path: readonly Part[], value: unknown, growing: Growing): boolean =>
  note(path, growing, (text) => {
    growing.updatedFields[text] = value;
  });

/** Writes a change down under the text of its path, and what that text means where it is not plain. */
function note(path: readonly Part[], { paths, disambiguatedPaths }: Growing, write: (text: string) => void): boolean {
  const text = path.join('.');
  const meaning = JSON.stringify(path);
  if (paths.has(text)) return false;
  paths.set(text, meaning);
  if (path.some((part) => typeof part === 'string' && /\.|^\d+$/.test(part))) disambiguatedPaths[text] = path;
  write(text);
  return true;
}

const textOf = (value: unknown): string => BSON.EJSON.stringify({ value }, { relaxed: false });

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !('_bsontype' in value);
