import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceNodeOptions } from '../../infra/local/source-command.ts';
import { declareBench, type OptionValues } from '../declare-bench.ts';
import { bundled } from '../measure/bundled.ts';
import { DATA_OPTIONS } from '../measure/replay.ts';
import { report } from '../report/report.ts';
import type { Column, Series } from '../report/results.ts';
import { checkRatios } from './check-ratios.ts';

const OPTIONS = {
  rounds: { default: 5, what: 'how often each output is measured' },
  ...DATA_OPTIONS,
  check: {
    default: false,
    what: 'fail where an output is not as many times cheaper than the plain way as it has to be',
  },
} as const;

/** Without sockets and other programs: what the work between the two sockets of the source task costs. */
export const encodeBench = declareBench({
  what: 'from the bytes of change events to the bytes of record batches, without sockets',
  options: OPTIONS,
  run: benchEncode,
});

const OURS = 'tailrace';
const COLUMNS: readonly Column[] = [
  { figure: 'perSecond', title: 'events/s of a core', decimals: 0, better: 'more' },
  { figure: 'cpuPerMillion', title: 'CPU s per million', decimals: 2, better: 'less' },
];

async function benchEncode({ check, rounds, ...data }: OptionValues<typeof OPTIONS>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-encode-'));
  try {
    const bundle = await bundled(folder, { 'measured.mjs': 'bench/encode/measured-process.ts' });
    if (check) return await checkEncoders(bundle, data);
    const series = await measure(bundle, { ...data, rounds });
    report({ bench: 'encode', options: { rounds, ...data }, columns: COLUMNS, series, ours: OURS });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Another program can take the machine for a whole round, so several may show that the code is as fast as it was. */
const TRIES = 4;

async function checkEncoders(bundle: string, data: OptionValues<typeof DATA_OPTIONS>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const verdicts = checkRatios(await measure(bundle, { ...data, rounds: 1 }));
    const failures = verdicts.filter(({ isEnough }) => !isEnough);
    if (failures.length > 0 && tries < TRIES) continue;
    for (const { sentence } of verdicts) console.log(sentence);
    process.exitCode = failures.length > 0 ? 1 : 0;
    return;
  }
}

/** In a process of its own, with the bundle and the options of Node.js that a task has. */
async function measure(bundle: string, options: Readonly<Record<string, unknown>>): Promise<readonly Series[]> {
  const child = fork(bundle, [JSON.stringify(options)], { execArgv: [...sourceNodeOptions()] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`Expected figures, but the measuring process ended with ${code}`);
  });
  ended.catch(() => undefined);
  const [series] = await Promise.race([once(child, 'message'), ended]);
  return series as readonly Series[];
}
