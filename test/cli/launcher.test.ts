import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openFolder } from './command-line.ts';

const launcher = join(import.meta.dirname, '../../cli/tailrace.mjs');
const run = promisify(execFile);

/** Makes the launcher believe that this is an old Node.js. */
const asOldNode = ['--import', 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.19.0"})'];

describe('the bin of the package', () => {
  test('runs from any folder, by its own name', async () => {
    const { stdout } = await run(launcher, ['--help'], { cwd: tmpdir() });
    expect(stdout).toContain('Usage: tailrace');
  });

  test('hands the exit code on, with a sentence and no stack trace', async () => {
    const failed = await run(launcher, ['validate', 'missing.json'], { cwd: tmpdir() }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 2, stdout: 'missing.json: No such file\n1 problem\n', stderr: '' });
  });

  test('on an old Node.js runs on the one that the project brings along', async () => {
    const { stdout } = await run('node', [...asOldNode, launcher, '--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('on an old Node.js without that one says what to do', async () => {
    using folder = openFolder();
    mkdirSync(join(folder.path, 'cli'));
    const copied = join(folder.path, 'cli/tailrace.mjs');
    cpSync(launcher, copied);
    const failed = await run('node', [...asOldNode, copied, '--version']).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'tailrace needs Node.js 24 or newer, got 20.19.0: run "npm ci" in the project\n',
    });
  });
});
