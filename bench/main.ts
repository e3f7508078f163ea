/** `npm run bench -- <name>`: runs one bench; each prints what it was measured on. */
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  producer: async () => (await import('./producer/bench.ts')).benchProducer(),
  source: async () => (await import('./source/bench.ts')).benchSource(),
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench) await bench();
else {
  console.error(`Expected one of: ${Object.keys(benches).join(', ')}; got '${name}'`);
  process.exitCode = 2;
}
