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

/** The same properties have problems, each in the peer's words where those are not Java's. */
export function expectProblems(problems: readonly Problem[], { configErrors = [] }: Expected): void {
  // the peer finds some only at its start, without a property
  if (configErrors.length === 0) {
    expect(problems.length).toBeGreaterThan(0);
    return;
  }
  const propertiesOf = (list: readonly { readonly property: string }[]) =>
    [...new Set(list.map(({ property }) => property))].sort();
  expect(propertiesOf(problems)).toEqual(propertiesOf(configErrors));
  for (const { property, message } of configErrors) {
    if (typeof message !== 'string' || IN_JAVA.some((words) => message.includes(words))) continue;
    const ours = problems.filter((problem) => problem.property === property).map((problem) => problem.message);
    expect(ours).toContain(message);
  }
}
