import { expect } from 'vitest';

/** What the placeholders of a case stood for so far, by their `ref`. */
export type Names = Map<unknown, string>;

/**
 * Whether canonical Extended JSON is what a case expects: field order counts, doubles are compared as numbers, and a
 * placeholder `{"$any", "ref"}` takes any value of its kind, the same one for the same `ref`.
 */
export function matches(actual: unknown, expected: unknown, names: Names, isOrdered: boolean): boolean {
  if (isPlaceholder(expected)) return matchesPlaceholder(actual, expected, names);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matches(actual[index], item, names, isOrdered))
    );
  }
  if (!isObject(expected)) return Object.is(actual, expected);
  if (!isObject(actual)) return false;
  if (typeof expected.$numberDouble === 'string') {
    const [ours, theirs] = [Number(actual.$numberDouble), Number(expected.$numberDouble)];
    return Object.is(ours, theirs) && (!Number.isNaN(theirs) || expected.$numberDouble === 'NaN');
  }
  const [ours, theirs] = [Object.keys(actual), Object.keys(expected)];
  const sameNames = isOrdered ? ours.join('\0') === theirs.join('\0') : ours.length === theirs.length;
  return sameNames && theirs.every((name) => name in actual && matches(actual[name], expected[name], names, isOrdered));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Placeholder = { readonly $any: string; readonly ref?: unknown };
const isPlaceholder = (value: unknown): value is Placeholder => isObject(value) && '$any' in value;

function matchesPlaceholder(actual: unknown, { $any, ref }: Placeholder, names: Names): boolean {
  const text = JSON.stringify(actual) ?? '';
  const known = ref === undefined ? undefined : names.get(ref);
  if (known !== undefined && known !== text) return false;
  if (ref !== undefined) names.set(ref, text);
  return KINDS[$any]?.test(text) ?? false;
}

const KINDS: Readonly<Record<string, RegExp>> = {
  objectId: /^\{"\$oid":"[0-9a-f]{24}"\}$/,
  date: /^\{"\$date":/,
  uuid: /^\{"\$binary":\{"base64":"[^"]{24}","subType":"04"\}\}$/,
  uuidString: /^"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$/,
  string: /^".*"$/s,
};

/** Fails with the difference, which includes the order of members. */
export function expectSame(isSame: boolean, ours: unknown, theirs: unknown): void {
  if (isSame) return;
  expect(JSON.stringify(ours, null, 2)).toBe(JSON.stringify(theirs, null, 2));
  expect.fail('They differ in what their JSON does not show');
}
