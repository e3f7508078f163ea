import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTimeOf } from '../../../infra/local/process-identity.ts';
import { openRun } from '../../../infra/local/processes.ts';
import { until } from '../../support/until.ts';

const PROCESSES = pathToFileURL(join(import.meta.dirname, '../../../infra/local/processes.ts')).href;
const FOR_EVER = 'setInterval(() => {}, 1000)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-processes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A launcher as a process of its own, which starts a child that starts a child; resolves with all their pids. */
async function startLauncher(ending = ''): Promise<{ launcher: ChildProcess; child: number; grandchild: number }> {
  const parent = `
    const { spawn } = require('node:child_process');
    const grandchild = spawn(process.execPath, ['-e', ${JSON.stringify(FOR_EVER)}]);
    process.send(grandchild.pid);
    ${FOR_EVER}`;
  const source = `
    const { openRun } = await import(${JSON.stringify(PROCESSES)});
    const run = await openRun(${JSON.stringify(folder)});
    const managed = run.start('parent', process.execPath, ['-e', ${JSON.stringify(parent)}], { ipc: true });
    managed.child.once('message', (grandchild) => {
      process.send({ child: managed.pid, grandchild });
      ${ending}
    });`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [pids] = (await once(launcher, 'message')) as [{ child: number; grandchild: number }];
  return { launcher, ...pids };
}

const isAlive = (pid: number): boolean => startTimeOf(pid) !== undefined;

test('ends and removes what a launcher left that was killed with -9', async () => {
  const { launcher, child, grandchild } = await startLauncher();
  launcher.kill('SIGKILL');
  await once(launcher, 'exit');
  expect([isAlive(child), isAlive(grandchild)]).toEqual([true, true]);
  await using run = await openRun(folder);
  await until('both processes ended', () => !isAlive(child) && !isAlive(grandchild));
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([run.folder]);
});

test('leaves the processes of a launcher that runs alone', async () => {
  const { launcher, child } = await startLauncher();
  {
    await using _run = await openRun(folder);
    expect(isAlive(child)).toBe(true);
  }
  expect(isAlive(child)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
  launcher.kill('SIGKILL');
  await once(launcher, 'exit');
  await using _cleaned = await openRun(folder);
});

test('leaves a process alone that has the pid of one that is gone', async () => {
  const { launcher, child, grandchild } = await startLauncher();
  launcher.kill('SIGKILL');
  await once(launcher, 'exit');
  const [left] = readdirSync(folder);
  const register = join(folder, left!, 'processes.json');
  const noted = JSON.parse(readFileSync(register, 'utf8'));
  for (const each of noted.processes) each.startedAt = 'at another time';
  writeFileSync(register, JSON.stringify(noted));
  await using _run = await openRun(folder);
  expect(isAlive(child)).toBe(true);
  process.kill(child, 'SIGKILL');
  process.kill(grandchild, 'SIGKILL');
});

test('kills its processes where a launcher ends without stopping them', async () => {
  const { launcher, child, grandchild } = await startLauncher('setImmediate(() => process.exit(3));');
  await once(launcher, 'exit');
  await until('both processes ended', () => !isAlive(child) && !isAlive(grandchild));
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['goes by itself', FOR_EVER, 'SIGTERM'],
  ['does not listen to SIGTERM', `process.on('SIGTERM', () => {}); ${FOR_EVER}`, 'SIGKILL'],
])('stops a process that %s', async (_, source, signal) => {
  await using run = await openRun(folder);
  const managed = run.start('stubborn', process.execPath, ['-e', `${source}; console.log('up')`]);
  await until('the process is up', () => readFileSync(managed.logFile, 'utf8').includes('up'));
  await managed.stop(200);
  expect(await managed.exited).toBe(signal);
});

test('stops a process that is stopped (SIGSTOP)', async () => {
  await using run = await openRun(folder);
  const managed = run.start('frozen', process.execPath, ['-e', FOR_EVER]);
  managed.child.kill('SIGSTOP');
  await managed.stop(5000);
  expect(await managed.exited).toBe('SIGTERM');
});

test('says why a command could not be started', async () => {
  await using run = await openRun(folder);
  expect(await run.start('nothing', 'no-such-command', []).exited).toBe('spawn no-such-command ENOENT');
});

test('takes its folder along', async () => {
  const run = await openRun(folder);
  run.start('short', process.execPath, ['-e', FOR_EVER]);
  await run[Symbol.asyncDispose]();
  expect(existsSync(run.folder)).toBe(false);
});

test('gives a child an environment of its own where it is asked to', async () => {
  await using run = await openRun(folder);
  const managed = run.start('bare', process.execPath, ['-p', 'Object.keys(process.env).join()'], {
    env: { ONLY: 'this' },
    inheritEnvironment: false,
  });
  await managed.exited;
  expect(readFileSync(managed.logFile, 'utf8').trim()).toBe('ONLY');
});
