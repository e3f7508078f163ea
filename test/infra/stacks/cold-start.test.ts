import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleSink, compile } from '../../../infra/bundle.ts';

const project = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'tailrace-cold-'));
const loader = join(folder, 'load.mjs');
let handler: string;
let driver: string;

/** Prints what importing a module costs a process that has loaded nothing yet, and which files it reads. */
const LOADER = `
  import { registerHooks } from 'node:module';
  const files = [];
  registerHooks({ load: (url, context, next) => (url.startsWith('file:') && files.push(url), next(url, context)) });
  const before = process.cpuUsage();
  const start = performance.now();
  await import(process.argv[2]);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, files }));
  process.exit();
`;

type Load = { readonly wallMs: number; readonly cpuMs: number; readonly files: readonly string[] };

const load = (module: string): Load =>
  JSON.parse(execFileSync(process.execPath, [loader, module], { encoding: 'utf8', env: { PATH: process.env.PATH } }));

beforeAll(async () => {
  writeFileSync(loader, LOADER);
  const file = join(folder, 'sink.json');
  const uri = 'mongodb://127.0.0.1:1/';
  const config = { 'connector.class': 'MongoSink', topics: 'orders', database: 'shop', 'connection.uri': uri };
  writeFileSync(file, JSON.stringify({ name: 'orders-sink', config }));
  handler = await bundleSink(join(folder, 'sink'), { file, modules: [] });
  const entry = join(folder, 'driver.mjs');
  writeFileSync(entry, `export { MongoClient } from '${join(project, 'node_modules/mongodb/lib/index.js')}';`);
  mkdirSync(join(folder, 'driver'));
  for (const { contents, path } of await compile(entry, 'index.mjs')) {
    writeFileSync(join(folder, 'driver', basename(path)), contents);
  }
  driver = join(folder, 'driver/index.mjs');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a cold start of the sink reads less than half of its code, and no client of AWS', () => {
  const sizeOf = (file: string) => statSync(file).size;
  const all = readdirSync(join(folder, 'sink')).filter((name) => /js$/.test(name));
  const read = load(handler).files.map((url) => fileURLToPath(url));
  const bytes = read.reduce((sum, file) => sum + sizeOf(file), 0);
  const total = all.reduce((sum, name) => sum + sizeOf(join(folder, 'sink', name)), 0);
  expect(read).toContain(handler);
  expect(bytes).toBeLessThan(1_100_000);
  expect(bytes).toBeLessThan(total / 2);
});

test('loading the sink takes little more than loading the driver of MongoDB', () => {
  const least = { handler: Number.POSITIVE_INFINITY, driver: Number.POSITIVE_INFINITY };
  for (let time = 0; time < 5; time += 1) {
    least.handler = Math.min(least.handler, load(handler).cpuMs);
    least.driver = Math.min(least.driver, load(driver).cpuMs);
  }
  console.info(`CPU of loading: sink ${least.handler.toFixed(0)} ms, driver alone ${least.driver.toFixed(0)} ms`);
  // about 1.8; with everything in one file it was more than 4
  expect(least.handler / least.driver).toBeLessThan(3);
});
