import { expect, test } from 'vitest';
import { DataError, RetriableError, StoppedError } from '../../../functions/connect/errors.ts';
import { retrying } from '../../../functions/source/retrying.ts';
import { notingLog } from '../../support/silent-log.ts';

const away = new RetriableError('OFFSET_STORE_UNAVAILABLE', 'DynamoDB is away');
const never = new AbortController().signal;

/** Fails so many times. */
const failing = (times: number, error: Error = away) => {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= times) throw error;
    return tries;
  };
};

test('tries until it works, and says so once at the beginning and once at the end', async () => {
  const log = notingLog();
  expect(await retrying(failing(2), log, never)).toBe(3);
  expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'error: DynamoDB is away',
    'info: Recovered',
  ]);
});

test('what no other try can heal is thrown at once', async () => {
  const refused = new DataError('RECORD_INVALID', 'no');
  await expect(retrying(failing(1, refused), notingLog(), never)).rejects.toBe(refused);
});

test.each([
  ['a lost lease', new StoppedError('LEASE_LOST', 'lost'), { code: 'LEASE_LOST' }],
  ['a signal to stop', undefined, { name: 'AbortError' }],
])('%s ends it with what it says', async (_, reason, expected) => {
  const stop = new AbortController();
  const waiting = retrying(failing(99), notingLog(), stop.signal);
  setImmediate(() => stop.abort(reason));
  await expect(waiting).rejects.toMatchObject(expected);
});
