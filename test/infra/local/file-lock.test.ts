import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockFile } from '../../../infra/local/file-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'tailrace-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('of several who ask for a file one has it at a time, and nobody at the end', async () => {
  const file = join(folder, 'asked-for');
  let holders = 0;
  const most: number[] = [];
  const hold = async () => {
    using _lock = await lockFile(file);
    holders += 1;
    most.push(holders);
    await new Promise(setImmediate);
    holders -= 1;
  };
  await Promise.all([hold(), hold(), hold()]);
  expect(most).toEqual([1, 1, 1]);
  expect(existsSync(file)).toBe(false);
});

test('the file of a process that is gone holds nobody up', async () => {
  const file = join(folder, 'abandoned');
  const gone = spawn(process.execPath, ['--eval', '']);
  await once(gone, 'exit');
  writeFileSync(file, String(gone.pid));
  using _lock = await lockFile(file);
  expect(existsSync(file)).toBe(true);
});
