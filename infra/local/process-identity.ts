import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process as it is found again after a crash: a pid alone may by then belong to somebody else. */
export type KnownProcess = { readonly name: string; readonly pid: number; readonly startedAt: string };

export const identify = (name: string, pid: number): KnownProcess => ({
  name,
  pid,
  startedAt: startTimeOf(pid) ?? 'gone',
});

/** Whether this very process still runs, not just another one with its pid. */
export const isRunning = ({ pid, startedAt }: KnownProcess): boolean => startTimeOf(pid) === startedAt;

/** When a process began; nothing where there is none, or only its remains. */
export function startTimeOf(pid: number): string | undefined {
  // small Linux images have no `ps`
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of proc_pid_stat(5); field 2 may itself hold brackets and spaces. */
function fromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    // no such process: the folder is gone
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const [state = '', ...started] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    // no such process: `ps` ends with 1
    return undefined;
  }
}
