import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTimeLimit } from '../../../../../functions/connectors/mongodb/source/time-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each wait has all of its time, and one that ended is never over', () => {
  const over = vi.fn();
  const limit = createTimeLimit(over);
  for (let n = 0; n < 5; n += 1) {
    limit.begin(1000);
    vi.advanceTimersByTime(900);
    limit.end();
  }
  vi.advanceTimersByTime(5000);
  expect(over).not.toHaveBeenCalled();

  limit.begin(1000);
  vi.advanceTimersByTime(999);
  expect(over).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(over).toHaveBeenCalledExactlyOnceWith(1000);
});

test('waits of different lengths follow each other', () => {
  const over = vi.fn();
  const limit = createTimeLimit(over);
  limit.begin(10_000);
  limit.end();
  limit.begin(100);
  vi.advanceTimersByTime(100);
  expect(over).toHaveBeenCalledExactlyOnceWith(100);
});

test('nothing is left of it when it is closed', () => {
  const limit = createTimeLimit(() => undefined);
  limit.begin(1000);
  limit.close();
  expect(vi.getTimerCount()).toBe(0);
});
