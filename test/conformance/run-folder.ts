import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case as SinkCase } from '../functions/connectors/mongodb/sink/conformance/case-file.ts';
import { runSinkCase } from '../functions/connectors/mongodb/sink/conformance/run-case.ts';
import type { Case as SourceCase } from '../functions/connectors/mongodb/source/conformance/case-file.ts';
import { runSourceCase } from '../functions/connectors/mongodb/source/conformance/run-case.ts';
import { kindOf } from './kind-of.ts';

export type Result = { readonly name: string; readonly file: string; readonly error?: unknown };

/** Runs all cases of all `*.json` files of a folder and its subfolders, one after the other, in the order of their names. */
export async function* runFolder(folder: string): AsyncGenerator<Result> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  for (const file of files.sort()) {
    const cases: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (!Array.isArray(cases)) throw new TypeError(`Expected a list of cases in ${file}`);
    const kind = kindOf(cases);
    for (const vector of cases) yield { file, ...(await runCase(kind, vector)) };
  }
}

/** Runs one case; what it throws is its result. */
export async function runCase(kind: 'source' | 'sink', vector: unknown): Promise<Omit<Result, 'file'>> {
  const name = String((vector as { name?: unknown } | null)?.name);
  try {
    await (kind === 'source' ? runSourceCase(vector as SourceCase) : runSinkCase(vector as SinkCase));
    return { name };
  } catch (error) {
    return { name, error };
  }
}
