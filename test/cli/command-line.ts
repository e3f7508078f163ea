import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../../cli/program.ts';
import type { ProgramDeps } from '../../cli/program-deps.ts';

export const NOW = Date.parse('2026-11-24T12:00:00Z');

/** A folder for one test, gone after it. */
export type Folder = Disposable & { readonly path: string; write(file: string, content: unknown): string };

/** Makes a folder; what is not a text is written as JSON. */
export function openFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'tailrace-cli-'));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** Runs a command line in a project that is this folder, and returns what a person would see. */
export async function commandLine(
  folder: Pick<Folder, 'path'>,
  args: readonly string[],
  overrides: Partial<ProgramDeps> = {},
): Promise<{ exitCode: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runProgram(args, {
    version: '1.2.3',
    projectFolder: folder.path,
    stateFolder: join(folder.path, '.tailrace'),
    env: {},
    signal: new AbortController().signal,
    now: () => NOW,
    isRunning: () => true,
    out: (line) => out.push(...line.split('\n')),
    err: (line) => err.push(...line.split('\n')),
    ...overrides,
  });
  return { exitCode, out, err };
}
