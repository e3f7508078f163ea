import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What a process cost since it began: all its threads, user and system. */
export type Usage = { readonly cpuSeconds: number; readonly peakBytes: number };

/** Of the process that asks. */
export function ownUsage(): Usage {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage();
  // Linux counts into maxRSS what the process was before it began its program: a copy of the one that started it
  const peakBytes = existsSync(OWN_STATUS) ? toPeakBytes(readFileSync(OWN_STATUS, 'utf8')) : maxRSS * 1024;
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes };
}

const OWN_STATUS = '/proc/self/status';

/**
 * Of another process, as Linux counts it.
 *
 * @throws Error where there is no `/proc`, or no such process.
 */
export function usageOf(pid: number): Usage {
  return {
    cpuSeconds: toCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8')),
    peakBytes: toPeakBytes(readFileSync(`/proc/${pid}/status`, 'utf8')),
  };
}

/** From here on the peak is one of what follows: a process that does one job after another has one for each. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Linux counts in hundredths of a second for every program, whatever its own clock does (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;
/** Of `utime` and `stime`, counted behind the process's name. */
const UTIME = 11;
const STIME = 12;

/** From `/proc/<pid>/stat`. */
export function toCpuSeconds(stat: string): number {
  // the name stands in parentheses and may have blanks and parentheses itself
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SECOND;
}

/** From `/proc/<pid>/status`: the most memory that was resident at once. NaN where it does not say. */
export const toPeakBytes = (status: string): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
