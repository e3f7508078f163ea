import type { FindDeps } from './environment.ts';

/** What the command gets from the process that runs it. */
export type ProgramDeps = FindDeps & {
  readonly version: string;
  /** Aborted by Ctrl-C: what was taken from a queue is given back first. */
  readonly signal: AbortSignal;
  now(): number;
  out(line: string): void;
  err(line: string): void;
};
