import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from './folders.ts';
import { identify, isRunning, type KnownProcess, startTimeOf } from './process-identity.ts';

export type ManagedProcess = {
  readonly name: string;
  readonly pid: number;
  /** Where its output goes. */
  readonly logFile: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, the signal's name, or why it could not be started. */
  readonly exited: Promise<number | string>;
  /** SIGTERM, and SIGKILL where it does not end within the grace period (milliseconds). */
  stop(graceMs?: number): Promise<void>;
};

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the process sees the launcher's environment too, as from a shell. Default: yes. */
  readonly inheritEnvironment?: boolean;
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
 * A launcher that ends without disposing of its run, as after an uncaught error, kills them as its last act.
 */
export async function openRun(parentFolder: string = stateFolder): Promise<Run> {
  await cleanUp(parentFolder);
  mkdirSync(parentFolder, { recursive: true });
  const folder = mkdtempSync(join(parentFolder, `run-${process.pid}-`));
  const launcher = identify('launcher', process.pid);
  const running = new Map<ManagedProcess, KnownProcess>();
  const note = () => writeRegister(folder, { launcher, processes: [...running.values()] });
  note();

  function start(name: string, command: string, args: readonly string[], options: StartOptions = {}): ManagedProcess {
    const managed = startProcess(join(folder, `${name}.log`), name, command, args, options);
    if (managed.pid > 0) {
      running.set(managed, identify(name, managed.pid));
      note();
      managed.child.once('exit', () => {
        running.delete(managed);
        if (existsSync(folder)) note();
      });
    }
    return managed;
  }

  const atExit = () => {
    for (const { pid } of running.keys()) killGroup(pid);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', atExit);

  async function dispose(): Promise<void> {
    for (const managed of [...running.keys()].reverse()) await managed.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.removeListener('exit', atExit);
  }

  return { folder, start, [Symbol.asyncDispose]: dispose };
}

function startProcess(
  logFile: string,
  name: string,
  command: string,
  args: readonly string[],
  { env, inheritEnvironment = true, cwd, ipc }: StartOptions,
): ManagedProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    detached: true,
    cwd,
    env: { ...(inheritEnvironment ? process.env : {}), ...env },
    stdio: ['ignore', log, log, ...(ipc ? (['ipc'] as const) : [])],
  });
  closeSync(log);
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
  return managed;
}

async function stop({ child, exited, pid }: ManagedProcess, graceMs = DEFAULT_GRACE_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  // a stopped process (SIGSTOP) takes SIGTERM only once it goes on
  child.kill('SIGCONT');
  const patience = new AbortController();
  const timeout = sleep(graceMs, 'running' as const, { signal: patience.signal }).catch(() => 'ended' as const);
  if ((await Promise.race([exited, timeout])) === 'running') killGroup(pid);
  patience.abort();
  await exited;
}

/** Ends the processes of launchers that are gone, and removes their folders. */
async function cleanUp(parentFolder: string): Promise<void> {
  if (!existsSync(parentFolder)) return;
  for (const entry of readdirSync(parentFolder)) {
    const launcherPid = /^run-(\d+)-/.exec(entry)?.[1];
    if (launcherPid === undefined) continue;
    const folder = join(parentFolder, entry);
    const noted = readRegister(folder);
    // without a register its launcher is just beginning, or it died while it began
    if (noted ? isRunning(noted.launcher) : startTimeOf(Number(launcherPid)) !== undefined) continue;
    const left = noted?.processes.filter(isRunning) ?? [];
    for (const { pid } of left) killGroup(pid);
    while (left.some(isRunning)) await sleep(20);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A process and what it started itself; each one is the leader of its group. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // it ended by itself just now, or another launcher cleans up too; macOS says EPERM of a group of mere remains
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

type Register = { readonly launcher: KnownProcess; readonly processes: readonly KnownProcess[] };

const registerOf = (folder: string): string => join(folder, 'processes.json');

/** Renamed into place, so that a launcher killed while it writes leaves the register of a moment ago. */
function writeRegister(folder: string, register: Register): void {
  writeFileSync(`${registerOf(folder)}.new`, JSON.stringify(register));
  renameSync(`${registerOf(folder)}.new`, registerOf(folder));
}

function readRegister(folder: string): Register | undefined {
  return existsSync(registerOf(folder))
    ? (JSON.parse(readFileSync(registerOf(folder), 'utf8')) as Register)
    : undefined;
}
