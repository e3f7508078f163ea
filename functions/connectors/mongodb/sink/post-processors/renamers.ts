import { DataError } from '../../../../connect/errors.ts';
import { toWholeRegExp } from '../../../../connect/java-regex.ts';
import { javaReplaceAll } from '../../../../connect/java-replace.ts';
import { type Fields, fieldsOf, type Value } from '../../bson/values.ts';
import { parseRenamer, type RenamerSetting } from './renamer-settings.ts';

/** The new name of a field at the end of a path; the same one where it keeps its name. */
export type Rename = (path: string, name: string) => string;

/** `RenameByMapping`: from whole paths to names. Nothing where there is nothing to rename. */
export function renameByMapping(text: string): Rename | undefined {
  const names = new Map<string, string>();
  for (const { texts } of parseRenamer(text)) {
    const [oldName, newName] = [texts.get('oldName'), texts.get('newName')];
    // the peer takes an entry with only one of them, too, and does nothing with it
    if (oldName !== undefined && newName !== undefined) names.set(oldName, newName);
  }
  return names.size === 0 ? undefined : (path, name) => names.get(`${path}.${name}`) ?? name;
}

/** `RenameByRegExp`: each setting whose expression matches the whole path changes the name, one after the other. */
export function renameByRegExp(text: string): Rename | undefined {
  const settings = parseRenamer(text).map(toSetting);
  if (settings.length === 0) return undefined;
  return (path, name) =>
    guarded(() =>
      settings.reduce(
        (renamed, { matching, replacing }) => (matching().test(`${path}.${name}`) ? replacing()(renamed) : renamed),
        name,
      ),
    );
}

type Setting = { readonly matching: () => RegExp; readonly replacing: () => (name: string) => string };

/** Compiled once, and not before it is needed: what can't be is an error of the records, as with the peer. */
function toSetting({ texts }: RenamerSetting): Setting {
  const [regexp, pattern, replace] = ['regexp', 'pattern', 'replace'].map((name) => texts.get(name));
  return {
    matching: once(() => toWholeRegExp(required('regexp', regexp))),
    replacing: once(() => javaReplaceAll(required('pattern', pattern), required('replace', replace))),
  };
}

/** What can't be compiled. */
export const regexpErrors = (text: string): SyntaxError[] =>
  parseRenamer(text)
    .map(toSetting)
    .flatMap(({ matching, replacing }) => [syntaxErrorOf(matching), syntaxErrorOf(replacing)])
    .filter((error) => error !== undefined);

function syntaxErrorOf(compile: () => unknown): SyntaxError | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

function required(name: string, text: string | undefined): string {
  if (text === undefined) throw new SyntaxError(`Expected "${name}" in every setting`);
  return text;
}

function guarded<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    throw new DataError('RECORD_INVALID', `field.renamer.regexp can't be applied: ${error.message}`, { cause: error });
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Renames the fields of a document and of the documents in it, not of those in arrays. A path names the parents by
 * their new names; a renamed field goes to the end.
 *
 * @throws DataError where two fields would have one name: one of them would be lost.
 */
export function renameFields(fields: Fields, path: string, rename: Rename): void {
  const renamed: [string, Value][] = [];
  for (const [name, value] of fields) {
    const newName = rename(path, name);
    const inner = fieldsOf(value);
    if (inner) renameFields(inner, `${path}.${newName}`, rename);
    if (newName === name) continue;
    fields.delete(name);
    renamed.push([newName, value]);
  }
  for (const [name, value] of renamed) {
    if (name.includes('\0')) throw new DataError('RECORD_INVALID', 'Expected a new name without a zero character');
    if (fields.has(name)) throw new DataError('RECORD_INVALID', `Two fields of ${path} would be named '${name}'`);
    fields.set(name, value);
  }
}
