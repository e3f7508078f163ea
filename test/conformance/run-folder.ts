import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case as SinkCase } from '../functions/connectors/mongodb/sink/conformance/case-file.ts';
import type { RealDatabase } from '../functions/connectors/mongodb/sink/conformance/database.ts';
import { deviationOf as sinkDeviationOf } from '../functions/connectors/mongodb/sink/conformance/deviations.ts';
import { runSinkCase } from '../functions/connectors/mongodb/sink/conformance/run-case.ts';
import type { Case as SourceCase } from '../functions/connectors/mongodb/source/conformance/case-file.ts';
import { deviationOf as sourceDeviationOf } from '../functions/connectors/mongodb/source/conformance/deviations.ts';
import { runSourceCase } from '../functions/connectors/mongodb/source/conformance/run-case.ts';
import { type Kind, kindOf } from './kind-of.ts';

export type Result = {
  readonly name: string;
  readonly file: string;
  /** Why the case comes out otherwise here, on purpose. */
  readonly otherwise?: string;
  readonly error?: unknown;
};

/** Runs all cases of all `*.json` files of a folder and its subfolders, one after the other, in the order of their names. */
export async function* runFolder(folder: string, database: RealDatabase): AsyncGenerator<Result> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  for (const file of files.sort()) {
    const found = casesOf(join(folder, file));
    if ('error' in found) yield { file, name: file, error: found.error };
    else for (const vector of found.cases) yield { file, ...(await runCase(found.kind, vector, database)) };
  }
}

/** A file that holds no cases is a failure, not a reason to pass over the others. */
function casesOf(path: string): { kind: Kind; cases: readonly unknown[] } | { error: unknown } {
  try {
    const cases: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!Array.isArray(cases)) throw new TypeError('Expected a list of cases');
    return { kind: kindOf(cases), cases };
  } catch (error) {
    return { error };
  }
}

/** Runs one case; what it throws is its result. */
export async function runCase(kind: Kind, vector: unknown, database?: RealDatabase): Promise<Omit<Result, 'file'>> {
  const name = String((vector as { name?: unknown } | null)?.name);
  const otherwise = (kind === 'source' ? sourceDeviationOf : sinkDeviationOf)(vector as never)?.reason;
  const said = { name, ...(otherwise !== undefined && { otherwise }) };
  try {
    await (kind === 'source' ? runSourceCase(vector as SourceCase) : runSinkCase(vector as SinkCase, database));
    return said;
  } catch (error) {
    return { ...said, error };
  }
}
