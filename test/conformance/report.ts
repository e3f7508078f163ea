import { AssertionError } from 'node:assert';
import { stripVTControlCharacters } from 'node:util';
import type { Result } from './run-folder.ts';

/** A failure for a person: the name of its case, what is wrong, and the difference. */
export function toLines({ name, file, error }: Result): string {
  return `FAILED ${name} (${file})\n${indented(explanationOf(error))}\n`;
}

function explanationOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, name } = error;
  if (!('actual' in error && 'expected' in error)) return name === 'Error' ? message : `${name}: ${message}`;
  const { message: difference } = new AssertionError({
    actual: error.actual,
    expected: error.expected,
    operator: 'deepStrictEqual',
  });
  return `${message}\n${stripVTControlCharacters(difference).split('\n').slice(1).join('\n')}`;
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '    ');
