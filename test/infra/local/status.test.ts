import { expect, test } from 'vitest';
import { toStatusLine } from '../../../infra/local/connector-status.ts';
import { toNotice } from '../../../infra/local/log-follower.ts';
import { statusBoard } from '../../../infra/local/status-board.ts';

test('a status line has state, lag, rate and dead letters of a connector', () => {
  const status = {
    name: 'orders',
    type: 'sink',
    state: 'reading',
    lag: '3 records',
    rate: 12,
    records: 40,
    deadLetters: 1,
  } as const;
  const line = toStatusLine(status, 8);
  for (const fact of ['orders', 'sink', 'reading', 'lag 3 records', '12/s', '1 dead letter'])
    expect(line).toContain(fact);
  expect(toStatusLine({ ...status, detail: 'MongoDB does not answer' }, 8)).toContain('(MongoDB does not answer)');
});

test.each([
  [
    'an error of ours, in words',
    '{"level":"ERROR","message":"No broker","reason":"refused"}',
    'error: No broker: refused',
  ],
  ['a warning', '{"level":"WARN","message":"Lease not renewed"}', 'warning: Lease not renewed'],
  ['a crash of the runtime', 'SyntaxError: x', 'SyntaxError: x'],
  ['normal work is silent', '{"level":"INFO","message":"Started"}', undefined],
  ['an empty line', '', undefined],
])('%s', (_, line, notice) => {
  expect(toNotice(line)).toBe(notice);
});

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, board: statusBoard({ isTTY, columns: 20, write: (text) => written.push(text) }) };
}

test('in a terminal the status lines stay at the bottom, cut to its width', () => {
  const { board, written } = terminal(true);
  board.show(['one', 'x'.repeat(40)]);
  board.print('a notice');
  expect(written.join('')).toBe(
    `one\n${'x'.repeat(19)}\n\u001b[1A\u001b[2K\u001b[1A\u001b[2Ka notice\none\n${'x'.repeat(19)}\n`,
  );
});

test('elsewhere they are printed again only when they changed', () => {
  const { board, written } = terminal(false);
  board.show(['one']);
  board.show(['one']);
  board.show(['two']);
  expect(written).toEqual(['one\n', 'two\n']);
});
