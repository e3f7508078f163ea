import { expect, test } from 'vitest';
import { parseStartTime, refuseStartTime } from '../../../../../functions/connectors/mongodb/source/start-time.ts';

test.each([
  ['30', 30, 0],
  ['+5', 5, 0],
  ['2147483647', 2147483647, 0],
  ['1970-01-01T00:00:30Z', 30, 0],
  ['1970-01-01T00:00:30.999Z', 30, 0],
  ['1970-01-01T01:00:30+01:00', 30, 0],
  ['Timestamp(30, 4)', 30, 4],
  ['{"$timestamp": {"t": 30, "i": 0}}', 30, 0],
  ["{'$timestamp': {t: 4294967295, i: 7}}", 4294967295, 7],
])('%s is second %d, increment %d', (text, seconds, increment) => {
  expect(parseStartTime(text)).toEqual({ seconds, increment });
});

test.each(['-30', '2147483648', '2020-02-30T00:00:00Z', '2020-01-01', '123.456', 'abc', '{}', '{"t": 1}', '"5"'])(
  '%s is refused with the three forms',
  (text) => {
    expect(refuseStartTime(text)).toMatch(/integer number of seconds.*ISO-8601.*BSON Timestamp/);
  },
);

test('an empty text is no time', () => {
  expect(parseStartTime('')).toBeUndefined();
});
