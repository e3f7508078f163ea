import { parseArgs } from 'node:util';
import { openRun } from '../../infra/local/processes.ts';
import { lazyDatabase } from './lazy-database.ts';
import { toLines } from './report.ts';
import { runFolder } from './run-folder.ts';

/**
 * `npm run conformance -- <folder>`: runs all cases of a folder, of a source or a sink, whatever its files are called.
 * Prints each failure, and at the end how many passed and failed; the exit code is 1 where any failed, or none was found.
 */
async function main(folder: string | undefined): Promise<boolean> {
  if (folder === undefined) throw new Error('Expected the folder of the cases: npm run conformance -- <folder>');
  await using run = await openRun();
  const counts = { passed: 0, failed: 0 };
  for await (const result of runFolder(folder, lazyDatabase(run))) {
    if (result.otherwise !== undefined) console.log(`otherwise ${result.name}: ${result.otherwise}`);
    if ('error' in result) console.log(toLines(result));
    counts['error' in result ? 'failed' : 'passed']++;
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0;
}

const { positionals } = parseArgs({ allowPositionals: true });
process.exitCode = (await main(positionals[0])) ? 0 : 1;
