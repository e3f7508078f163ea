import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, stateFolder } from '../infra/local/folders.ts';
import { runProgram } from './program.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
// a reader that closed its end, such as `| head`, has seen enough
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupt.abort();
});

const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { version: string };

process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  projectFolder,
  stateFolder,
  env: process.env,
  signal: interrupt.signal,
  now: Date.now,
  isRunning,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});

/** Signal 0 reaches a process without touching it. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // it lives, but belongs to somebody else
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
