import { expect, test } from 'vitest';
import { toCpuSeconds, toPeakBytes } from '../../../bench/measure/usage.ts';

const fields = 'S 1 4242 4242 0 -1 4194560 91 0 0 0 1234 66 7 8 20 0 53 0 9912 4778532 201472';

test.each([
  ['a plain name', `4242 (java) ${fields}`],
  // a name is what a program makes of it
  ['a name with blanks and parentheses', `4242 (a) R 9 (b c) ${fields}`],
])('user and system time in seconds, of %s', (_, stat) => {
  expect(toCpuSeconds(stat)).toBe(13);
});

test('time of ended children is not the process itself', () => {
  expect(toCpuSeconds(`4242 (java) ${fields.replace(' 7 8 ', ' 700000 800000 ')}`)).toBe(13);
});

const status = 'Name:\tjava\nVmPeak:\t 4778532 kB\nVmHWM:\t  805888 kB\nVmRSS:\t  700000 kB\nThreads:\t50\n';

test('the peak is of resident memory, not of addresses and not of now', () => {
  expect(toPeakBytes(status)).toBe(805_888 * 1024);
});

test('a process that is just ending has no memory any more', () => {
  expect(toPeakBytes('Name:\tjava\nState:\tZ (zombie)\n')).toBeNaN();
});
