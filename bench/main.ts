import { type Bench, parseOptions, toHelp } from './declare-bench.ts';

/** Each is imported only where it is run: they start what they need. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  encode: async () => (await import('./encode/bench.ts')).encodeBench,
  producer: async () => (await import('./producer/bench.ts')).producerBench,
  source: async () => (await import('./source/bench.ts')).sourceBench,
  sink: async () => (await import('./sink/bench.ts')).sinkBench,
  latency: async () => (await import('./latency/bench.ts')).latencyBench,
};

/** `npm run bench -- <name> [options]`: runs one bench; each prints what it was measured on. */
const [name = '', ...args] = process.argv.slice(2);
const load = benches[name];
if (load) await run(await load());
else if (['', '--help', 'help'].includes(name)) console.log(await help());
else refuse(`Expected one of: ${Object.keys(benches).join(', ')}; got '${name}'`);

async function run(bench: Bench): Promise<void> {
  if (args.includes('--help')) return console.log(toHelp(name, bench));
  try {
    await bench.run(parseOptions(bench.options, args));
  } catch (error) {
    if (!isMistake(error)) throw error;
    refuse(`${error.message}\n\n${toHelp(name, bench)}`);
  }
}

/** An option that is unknown, or a value that it can't have. */
const isMistake = (error: unknown): error is Error =>
  error instanceof RangeError || (error instanceof Error && /^ERR_PARSE_ARGS/.test(codeOf(error)));

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

async function help(): Promise<string> {
  const lines = Object.entries(benches).map(async ([each, loadOne]) => toHelp(each, await loadOne()));
  return ['npm run bench -- <name> [options], with the defaults:', ...(await Promise.all(lines))].join('\n\n');
}

function refuse(sentence: string): void {
  console.error(sentence);
  process.exitCode = 2;
}
