import type { Document } from 'mongodb';
import { parseDocument, refusalOf } from './json-properties.ts';

const BOOLEANS = new Set(['caseLevel', 'numericOrdering', 'normalization', 'backwards']);
const CHOICES: Readonly<Record<string, { readonly values: readonly string[]; readonly kind: string }>> = {
  caseFirst: { values: ['upper', 'lower', 'off'], kind: 'collationCaseFirst' },
  alternate: { values: ['non-ignorable', 'shifted'], kind: 'collationAlternate' },
  maxVariable: { values: ['punct', 'space'], kind: 'collationMaxVariable' },
};

/** The collation of a property: unknown members are ignored, wrong ones are errors, as the peer has it. */
export function parseCollation(text: string): Document | undefined {
  const given = parseDocument(text);
  if (!given) return undefined;
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => isMember(name, value)));
}

export const refuseCollation = (text: string): string | undefined => refusalOf(() => parseCollation(text));

function isMember(name: string, value: unknown): boolean {
  if (name === 'locale') return expect(name, typeof value === 'string', 'a text', value);
  if (BOOLEANS.has(name)) return expect(name, typeof value === 'boolean', 'a boolean', value);
  if (name === 'strength') {
    const strength = Number(value);
    if (typeof value !== 'object' || !Number.isInteger(strength)) return expect(name, false, 'an integer', value);
    if (strength < 1 || strength > 5) throw new TypeError(`${strength} is not a valid collation strength`);
    return true;
  }
  const choice = CHOICES[name];
  if (!choice) return false;
  if (!choice.values.includes(String(value))) throw new TypeError(`'${value}' is not a valid ${choice.kind}`);
  return true;
}

function expect(name: string, isRight: boolean, expected: string, value: unknown): true {
  if (!isRight) throw new TypeError(`Expected ${name} to be ${expected}, got ${typeof value}`);
  return true;
}
