import { expect } from 'vitest';
import type { Problem } from '../../../../../../functions/connect/errors.ts';
import type { Expected } from './case-file.ts';

/** Parts of messages that are Java's own exceptions and parsers, or name another property's value. */
const IN_JAVA = [
  'Invalid regex',
  'java.lang.',
  'org.bson.json.',
  'must be non-null',
  'The connection string',
  'can not be null',
  'Class could not be initialized',
  '[com.mongodb',
  'Unknown pattern',
  'incomplete string literal',
  "shouldn't be set directly",
];

/**
 * The same properties have problems, each in the peer's words where those are not Java's. What the peer finds only at
 * its start has no property there; its words count all the same.
 */
export function expectProblems(problems: readonly Problem[], { configErrors, throws }: Expected): void {
  if (configErrors) expectProperties(problems, configErrors);
  else expect(problems.length).toBeGreaterThan(0);
  const words = throws?.message;
  if (typeof words !== 'string' || isJava(words) || !ABOUT_CONFIGURATION.test(words)) return;
  // a problem of an override says where it comes from
  expect(
    problems.some(({ message }) => message.startsWith(words)),
    words,
  ).toBe(true);
}

const ABOUT_CONFIGURATION = /^(?:Invalid value .* for configuration |Missing required configuration )/s;

function expectProperties(problems: readonly Problem[], configErrors: NonNullable<Expected['configErrors']>): void {
  const propertiesOf = (list: readonly { readonly property: string }[]) =>
    [...new Set(list.map(({ property }) => property))].sort();
  expect(propertiesOf(problems)).toEqual(propertiesOf(configErrors));
  for (const { property, message } of configErrors) {
    if (typeof message !== 'string' || isJava(message)) continue;
    const ours = problems.filter((problem) => problem.property === property).map((problem) => problem.message);
    expect(ours).toContain(message);
  }
}

const isJava = (message: string): boolean => IN_JAVA.some((words) => message.includes(words));
