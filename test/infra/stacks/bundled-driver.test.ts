import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile } from '../../../infra/bundle.ts';

const project = join(import.meta.dirname, '../../..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-driver-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program outside of the project, so it names the driver by its place. */
function writeProgram(lines: string): string {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, lines.replaceAll('from "mongodb', `from "${join(project, 'node_modules/mongodb')}`));
  return file;
}

const outputOf = (file: string): string => execFileSync(process.execPath, [file], { encoding: 'utf8' });

/** What it prints once it is bundled, in a folder that has no packages. */
async function outputOfBundle(program: string): Promise<string> {
  for (const { contents, path } of await compile(program, 'main.mjs')) {
    writeFileSync(join(folder, basename(path)), contents);
  }
  return outputOf(join(folder, 'main.mjs'));
}

const CONNECTION_STRINGS = [
  'mongodb://localhost',
  'mongodb://127.0.0.1:27018,[::1]:27019/?replicaSet=rs0&readPreference=secondary&readPreferenceTags=dc:east,rack:1',
  'mongodb://us%40er:p%2Fass%3Aw%C3%B6rd@db.example.com:27017/app?authSource=admin&w=majority&wtimeoutMS=500&journal=true',
  'mongodb://A.Example.COM/Sh%C3%B6p?retryWrites=false&appName=caf%C3%A9%20%26%20bar&compressors=zlib',
  'mongodb://user@host/?authMechanism=MONGODB-X509&tls=true&maxPoolSize=3&MAXIDLETIMEMS=7',
  'mongodb://%2Ftmp%2Fmongodb-27017.sock/db',
  // refused
  'mongodb://',
  'mongodb://us:er:pass@host',
  'mongodb://host:99999/',
  'mongodb://host/?w=1&w=2&unknown=1',
  'http://host/',
];

test('the bundled driver reads connection strings as the driver itself does', async () => {
  const program = writeProgram(`
    import { MongoClient } from "mongodb/lib/index.js";
    for (const uri of ${JSON.stringify(CONNECTION_STRINGS)}) {
      try {
        const { options } = new MongoClient(uri);
        const { hosts, credentials, dbName, replicaSet, readPreference, writeConcern, retryWrites } = options;
        const { appName, compressors, tls, maxPoolSize, maxIdleTimeMS } = options;
        console.log(JSON.stringify({ hosts: hosts.map(String), credentials, dbName, replicaSet, readPreference,
          writeConcern, retryWrites, appName, compressors, tls, maxPoolSize, maxIdleTimeMS }));
      } catch (error) {
        console.log(uri, error.name);
      }
    }
  `);
  const expected = outputOf(program);
  expect(expected.split('\n').filter((line) => line.startsWith('{'))).toHaveLength(6);
  expect(await outputOfBundle(program)).toBe(expected);
});

test('the bundled driver finds the credentials of AWS when it needs them', async () => {
  const program = writeProgram(`
    import * as deps from "mongodb/lib/deps.js";
    console.log(typeof deps.getAwsCredentialProvider().fromNodeProviderChain);
  `);
  expect(await outputOfBundle(program)).toBe('function\n');
});
