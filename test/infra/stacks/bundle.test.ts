import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../../infra/bundle.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SOURCE = `
  import * as path from 'node:path';
  import { legacy } from './legacy.cjs';
  export class ReadableError extends Error {}
  console.log(path.sep, legacy, ReadableError.name);
  console.log(new ReadableError('x').stack.includes('entry.ts:6'));
`;

function writeEntry(name: string): string {
  const at = join(folder, name);
  mkdirSync(at);
  writeFileSync(join(at, 'entry.ts'), SOURCE);
  writeFileSync(join(at, 'legacy.cjs'), `const os = require('node:os'); exports.legacy = typeof os.EOL;`);
  return join(at, 'entry.ts');
}

describe('a bundle', () => {
  test('has the same bytes each time and in each place, so that unchanged code is not deployed again', async () => {
    const bytesOf = async (entry: string) => (await compile(entry, 'main.mjs')).map(({ hash }) => hash);
    const [first, again, elsewhere] = [
      await bytesOf(writeEntry('one')),
      await bytesOf(join(folder, 'one/entry.ts')),
      await bytesOf(writeEntry('two')),
    ];
    expect(again).toEqual(first);
    expect(elsewhere).toEqual(first);
  });

  test('loads what is imported later from a file of its own', async () => {
    const entry = writeEntry('one');
    writeFileSync(join(folder, 'one/later.ts'), `export const later: string = 'loaded later';`);
    writeFileSync(entry, `console.log((await import('./later.ts')).later)`);
    const files = await compile(entry, 'main.mjs');
    for (const { contents, path } of files) writeFileSync(path, contents);
    expect(files.find(({ path }) => path.endsWith('/main.mjs'))?.text).not.toContain('loaded later');
    expect(execFileSync('node', [join(folder, 'one/main.mjs')], { encoding: 'utf8' })).toBe('loaded later\n');
  });

  test('runs by itself with CommonJS inside, keeps the names of classes and leads back to source lines', async () => {
    for (const { contents, path } of await compile(writeEntry('one'), 'main.mjs')) writeFileSync(path, contents);
    const out = execFileSync('node', ['--enable-source-maps', join(folder, 'one/main.mjs')], { encoding: 'utf8' });
    expect(out).toBe('/ string ReadableError\ntrue\n');
  });
});
