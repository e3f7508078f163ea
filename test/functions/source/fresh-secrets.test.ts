import { expect, test } from 'vitest';
import { ConfigError } from '../../../functions/connect/errors.ts';
import { withFreshSecrets } from '../../../functions/source/run-source.ts';
import type { TaskState } from '../../../functions/source/task-status.ts';
import { notingLog } from '../../support/silent-log.ts';

const refused = (isLogin: boolean) =>
  new ConfigError([{ property: '', message: 'MongoDB refused it' }], 'MONGODB_REFUSED', { details: { isLogin } });

type End = readonly [state: TaskState, end: 'login' | 'other' | 'drained'];

/** Runs that end one after another: each with the state that it reached, and how. */
async function run(...ends: readonly End[]) {
  const left = [...ends];
  const status: { state: TaskState } = { state: 'waiting' };
  const log = notingLog();
  const ended = await withFreshSecrets(status, log, async () => {
    const [state, end] = left.shift() ?? ['streaming', 'drained'];
    status.state = state;
    if (end !== 'drained') throw refused(end === 'login');
  }).catch((error: unknown) => error);
  return { runs: ends.length - left.length, error: ended, log };
}

test.each<[string, End[], number, boolean]>([
  [
    'a secret that was changed is read again',
    [
      ['streaming', 'login'],
      ['streaming', 'drained'],
    ],
    2,
    false,
  ],
  [
    'also at the start',
    [
      ['positioning', 'login'],
      ['streaming', 'drained'],
    ],
    2,
    false,
  ],
  [
    'a login that stays refused stops the task',
    [
      ['streaming', 'login'],
      ['positioning', 'login'],
    ],
    2,
    true,
  ],
  [
    'a secret may change again and again',
    [
      ['streaming', 'login'],
      ['streaming', 'login'],
      ['streaming', 'drained'],
    ],
    3,
    false,
  ],
  ['what is no login stops the task at once', [['streaming', 'other']], 1, true],
])('%s', async (_, ends, runs, fails) => {
  const result = await run(...ends);
  expect(result.runs).toBe(runs);
  expect(result.error instanceof ConfigError).toBe(fails);
  expect(result.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(fails ? runs - 1 : ends.length - 1);
});
