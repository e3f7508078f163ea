import { AssertionError } from 'node:assert';
import { stripVTControlCharacters } from 'node:util';
import { chai } from 'vitest';
import type { Result } from './run-folder.ts';

// whole texts in messages: what is left out is what differs
chai.config.truncateThreshold = 0;

/** A failure for a person: the name of its case, what is wrong, and the difference. */
export function toLines({ name, file, error }: Result): string {
  return `FAILED ${name} (${file})\n${indented(explanationOf(error))}\n`;
}

function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, name } = error;
  // an assertion without two sides says it all in its message
  if (!('actual' in error && 'expected' in error) || error.expected === undefined) {
    return name === 'CannotRunError' || name === 'AssertionError' ? message : `${name}: ${message}`;
  }
  const { message: difference } = new AssertionError({
    actual: error.actual,
    expected: error.expected,
    operator: 'deepStrictEqual',
  });
  return `${message}\n${stripVTControlCharacters(difference).split('\n').slice(1).join('\n')}`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '    ');
