import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ConfigError,
  ConnectorError,
  DataError,
  ERROR_CODES,
  RetriableError,
  StoppedError,
} from '../../functions/connect/errors.ts';
import { METRICS } from '../../functions/connect/metrics.ts';

const project = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(project, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  name: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { version?: string; resolved?: string }>;
};
const pinned = { ...manifest.dependencies, ...manifest.devDependencies };

describe('the runtime', () => {
  // called by hand (`node node_modules/vitest/vitest.mjs`) vitest runs on an older Node.js without a word
  test('tests run on the Node.js of Lambda, the one that the project brings along', () => {
    expect(process.versions.node).toBe(manifest.devDependencies.node);
    expect(process.versions.node).toMatch(/^24\./);
  });

  test('what tests start by the name node is that one too', () => {
    expect(execFileSync('node', ['--version'], { encoding: 'utf8' }).trim()).toBe(process.version);
  });
});

describe('dependencies', () => {
  test.each(Object.entries(pinned))('%s is pinned to exactly one version (%s)', (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  test('the lock file names no registry but the public one', () => {
    const elsewhere = Object.values(lock.packages).filter(
      ({ resolved }) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).toEqual([]);
  });
});

describe('the command', () => {
  test('is the bin of the package, so that npx finds it', () => {
    expect(manifest.bin[manifest.name]).toBe('cli/tailrace.mjs');
  });

  test('may be executed, also in a fresh clone', () => {
    expect(statSync(join(project, 'cli/tailrace.mjs')).mode & 0o111).toBe(0o111);
  });
});

describe('errors and metrics', () => {
  // bundlers rename classes; logs, alarms and people know them by these names
  test.each([
    ['ConnectorError', new ConnectorError('CONFIG_INVALID', 'Wrong')],
    ['ConfigError', new ConfigError([])],
    ['DataError', new DataError('RECORD_INVALID', 'Wrong')],
    ['RetriableError', new RetriableError('MONGODB_TRANSIENT', 'Wrong')],
    ['StoppedError', new StoppedError('LEASE_LOST', 'Wrong')],
  ])('%s is a literal name', (name, error) => {
    expect(error.name).toBe(name);
    expect(read('functions/connect/errors.ts')).toMatch(new RegExp(`name(: string)? = '${name}'`));
    expect(error).toBeInstanceOf(ConnectorError);
  });

  test.each(Object.entries(ERROR_CODES))('%s has a sentence', (code, sentence) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(sentence).toMatch(/^[A-Z][^\n]{15,}\.$/);
  });

  test.each(Object.entries(METRICS))('%s has a unit and a sentence', (name, { unit, description }) => {
    expect(name).toMatch(/^[a-z][A-Za-z]+$/);
    expect(['Count', 'Bytes', 'Seconds', 'Milliseconds']).toContain(unit);
    expect(description).toMatch(/^[A-Z0-9][^\n]{10,}\.$/);
  });
});
