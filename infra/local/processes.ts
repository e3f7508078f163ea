import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from './folders.ts';

/** A process as it is found again after a crash: a pid alone may by then belong to somebody else. */
type Known = { readonly name: string; readonly pid: number; readonly startedAt: string };

export type ManagedProcess = {
  readonly name: string;
  readonly pid: number;
  /** Where its output goes. */
  readonly logFile: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** SIGTERM, and SIGKILL where it does not end within the grace period (milliseconds). */
  stop(graceMs?: number): Promise<void>;
};

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** An IPC channel to a Node.js child. */
  readonly ipc?: boolean;
};

/** One launcher's processes and its folder for logs and data, which goes with it. */
export type Run = AsyncDisposable & {
  readonly folder: string;
  start(name: string, command: string, args: readonly string[], options?: StartOptions): ManagedProcess;
};

const DEFAULT_GRACE_MS = 10_000;

/**
 * Opens a run. What launchers left behind that were killed (kill -9) is ended and removed first.
 *
 * Processes get a process group of their own, so that Ctrl-C reaches the launcher alone and it can stop them in order.
 */
export async function openRun(): Promise<Run> {
  await cleanUp();
  const folder = join(stateFolder, `run-${process.pid}-${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  const register = join(folder, 'processes.json');
  const known: Known[] = [];
  const running: ManagedProcess[] = [];
  const note = () =>
    writeFileSync(register, JSON.stringify({ launcher: identify('launcher', process.pid), processes: known }));
  note();

  function start(name: string, command: string, args: readonly string[], options: StartOptions = {}): ManagedProcess {
    const logFile = join(folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, {
      detached: true,
      cwd: options.cwd,
      // biome-ignore lint/style/noProcessEnv: a child sees the launcher's environment, as from a shell
      env: { ...process.env, ...options.env },
      stdio: ['ignore', log, log, ...(options.ipc ? (['ipc'] as const) : [])],
    });
    const exited = new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    const managed: ManagedProcess = {
      name,
      pid: child.pid ?? -1,
      logFile,
      child,
      exited,
      stop: (graceMs) => stop(managed, graceMs),
    };
    if (child.pid !== undefined) {
      known.push(identify(name, child.pid));
      running.push(managed);
      note();
    }
    return managed;
  }

  async function dispose(): Promise<void> {
    for (const managed of running.reverse()) await managed.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  return { folder, start, [Symbol.asyncDispose]: dispose };
}

async function stop(managed: ManagedProcess, graceMs = DEFAULT_GRACE_MS): Promise<void> {
  const { child, exited } = managed;
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  // a stopped process (SIGSTOP) takes SIGTERM only once it goes on
  child.kill('SIGCONT');
  const ended = await Promise.race([exited, sleep(graceMs, 'running' as const, { ref: false })]);
  if (ended === 'running') child.kill('SIGKILL');
  await exited;
}

/** Ends the processes of launchers that are gone, and removes their folders. */
async function cleanUp(): Promise<void> {
  if (!existsSync(stateFolder)) return;
  for (const entry of readdirSync(stateFolder).filter((name) => name.startsWith('run-'))) {
    const folder = join(stateFolder, entry);
    const noted = readRegister(join(folder, 'processes.json'));
    if (!noted || isRunning(noted.launcher)) continue;
    const left = noted.processes.filter(isRunning);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    while (left.some(isRunning)) await sleep(50);
    rmSync(folder, { recursive: true, force: true });
  }
}

function readRegister(file: string): { launcher: Known; processes: Known[] } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { launcher: Known; processes: Known[] };
  } catch {
    // just being written by another launcher
    return undefined;
  }
}

const identify = (name: string, pid: number): Known => ({ name, pid, startedAt: startTimeOf(pid) ?? 'gone' });
const isRunning = ({ pid, startedAt }: Known): boolean => startTimeOf(pid) === startedAt;

/** When a process began, as `ps` tells on Linux and macOS; nothing where there is none, or only its remains. */
function startTimeOf(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
