import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleSink, bundleSource } from '../../../infra/bundle.ts';
import { environmentsFolder, loadEnvironment } from '../../../infra/environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-certificates-'));
  cpSync(join(environmentsFolder, 'staging'), join(folder, 'staging'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string) => writeFileSync(join(folder, 'staging/connectors/authority.pem'), text);

test('a certificate beside the connector files is packed with every connector, where its code runs', async () => {
  write('-----BEGIN CERTIFICATE-----\n');
  const { sinks, sources } = loadEnvironment('staging', folder);
  const [sink, source] = [join(folder, 'sink'), join(folder, 'source')];
  await Promise.all([bundleSink(sink, sinks[0]!), bundleSource(source, sources[0]!.file)]);
  for (const bundle of [sink, source]) {
    expect(readdirSync(bundle)).toContain('authority.pem');
    expect(readFileSync(join(bundle, 'authority.pem'), 'utf8')).toBe('-----BEGIN CERTIFICATE-----\n');
  }
});

test('a private key is refused, and not repeated', () => {
  write('-----BEGIN PRIVATE KEY-----\nsecret\n');
  const load = () => loadEnvironment('staging', folder);
  expect(load).toThrow(/authority\.pem: Expected certificates only, got a private key/);
  expect(load).not.toThrow(/secret/);
});
