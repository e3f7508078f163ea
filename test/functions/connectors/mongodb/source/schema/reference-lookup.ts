import type { Field, Tagged } from '../../bson/tagged-bson.ts';

/** The rule of field names, for one name: the first literal field, or the path from the first dot on. */
export function referenceLookUp(fields: readonly Field[], name: string): Tagged | undefined {
  const literal = fields.find(([field]) => field === name);
  if (literal) return literal[1];
  const dot = name.indexOf('.');
  if (dot < 0 || name.endsWith('.')) return undefined;
  const outer = fields.find(([field]) => field === name.slice(0, dot))?.[1];
  return outer?.type === 'document' ? referenceLookUp(outer.value, name.slice(dot + 1)) : undefined;
}
