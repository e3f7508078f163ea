import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOUD } from './synthesised.ts';

/** What a person may have in the shell where stacks are synthesised. */
const PLANTED = {
  MONGODB_URI: 'mongodb+srv://app:planted-in-uri@db.example.net/',
  MONGODB_PASSWORD: 'planted-password',
  KAFKA_PASSWORD: 'planted-kafka',
  AWS_SECRET_ACCESS_KEY: 'plantedplantedplantedplantedplanted40chr',
  AWS_ACCESS_KEY_ID: 'AKIAPLANTEDPLANTED00',
  AWS_SESSION_TOKEN: 'planted-session',
};

const CREDENTIALS: readonly RegExp[] = [
  /planted/i,
  // user:password@host; a placeholder in place of the password is none
  /mongodb(?:\+srv)?:\/\/[^\s"'/@:]+:[^\s"'/@$]+@/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\\rn]+[A-Za-z0-9+/]{20}/,
  /"[\w.-]*(?:password|secret|passphrase)"\s*:\s*"(?!\$\{)[^"]+"/i,
];

/** Files below a folder that hold a credential, each with what was found. */
function credentialsBelow(folder: string): string[] {
  const files = globSync('**/*', { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile());
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return CREDENTIALS.flatMap((pattern) => pattern.exec(text)?.[0] ?? []).map((found) => `${file}: ${found}`);
  });
}

const folder = mkdtempSync(join(tmpdir(), 'tailrace-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Synthesises every environment as `cdk synth` does, in one process: what they share is loaded and compiled once. */
const SYNTHESISE = `
  const { context, environments, folder } = JSON.parse(process.argv[1]);
  for (const env of environments) {
    process.env.CDK_OUTDIR = folder + '/' + env;
    process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...context, env });
    await import('./infra/app.ts?' + env);
  }
`;

/** With credentials all around it. */
function synthesise(environments: readonly string[]): void {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const options = JSON.stringify({ context, environments, folder });
  const { status, stderr } = spawnSync('node', ['--input-type=module', '--eval', SYNTHESISE, options], {
    encoding: 'utf8',
    env: { ...PLANTED, PATH: process.env.PATH },
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

// ten seconds of work, on a machine that may have other work
beforeAll(() => synthesise(CLOUD), 300_000);

describe.each(CLOUD)('synthesised with credentials in the shell, %s', (name) => {
  test('has none of them, nor any other, in a template or in what is packed', () => {
    const out = join(folder, name);
    const files = globSync('**/*', { cwd: out });
    // templates of every stack, bundles of every function and of the task, with their connector files
    expect(files.filter((file) => file.endsWith('.template.json'))).toHaveLength(6);
    expect(files.filter((file) => file.endsWith('connector.json'))).toHaveLength(2);
    expect(files.filter((file) => file.endsWith('.mjs')).length).toBeGreaterThanOrEqual(3);
    expect(credentialsBelow(out)).toEqual([]);
  });
});

test.each([
  ['a connection string', 'sink.template.json', '{"URI":"mongodb://app:hunter2@db.example.net/"}'],
  ['a password', 'source.template.json', '{"connection.ssl.keystorePassword": "hunter2"}'],
  ['a key of AWS', 'asset.1/index.mjs', 'const key="AKIAIOSFODNN7EXAMPLE";'],
  ['a private key', 'asset.1/key.pem', '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAhunter2hunter2'],
])('the search is at work: it finds %s', (_, file, text) => {
  const place = mkdtempSync(join(folder, 'planted-'));
  const path = join(place, file.replace('/', '-'));
  writeFileSync(path, text);
  expect(credentialsBelow(place)).toHaveLength(1);
});
