import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createMongoClient } from '../../../functions/connectors/mongodb/client/mongo-client.ts';

const PASSWORD = 'changeit';
const options = {
  role: 'source',
  provider: '',
  serverApiVersion: '',
  serverApiStrict: false,
  serverApiDeprecationErrors: false,
} as const;
let folder: string;
const storeOf = (type: string) => join(folder, `client.${type.toLowerCase()}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-key-store-'));
  for (const type of ['PKCS12', 'JKS']) {
    const names = ['-alias', 'client', '-dname', 'CN=orders-source', '-keyalg', 'RSA'];
    const store = ['-keystore', storeOf(type), '-storetype', type, '-storepass', PASSWORD, '-keypass', PASSWORD];
    execFileSync('keytool', ['-genkeypair', ...names, ...store], { stdio: 'ignore' });
  }
  writeFileSync(join(folder, 'none.p12'), 'no key store');
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the certificate of a PKCS12 key store is what the server gets to see', async () => {
  const names: unknown[] = [];
  const [host, port] = new URL(inject('services').mongodbUri).host.split(':');
  const pfx = readFileSync(storeOf('PKCS12'));
  // the database behind an end of TLS that asks for the client's certificate
  const server = createServer({ pfx, passphrase: PASSWORD, requestCert: true, rejectUnauthorized: false }, (socket) => {
    names.push(socket.getPeerCertificate().subject?.CN);
    const behind = connect(Number(port), host);
    socket.on('error', () => behind.destroy()).pipe(behind);
    behind.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  const uri = `mongodb://127.0.0.1:${address.port}/?directConnection=true&tls=true&tlsAllowInvalidCertificates=true`;
  const client: MongoClient = createMongoClient({
    ...options,
    uri,
    keyStore: { path: storeOf('PKCS12'), password: PASSWORD },
  });
  expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
  await client.close();
  server.close();
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names)).toEqual(new Set(['orders-source']));
});

test.each([
  ['a wrong password', () => storeOf('PKCS12'), 'hunter2'],
  ['a JKS store', () => storeOf('JKS'), PASSWORD],
  ['another file', () => join(folder, 'none.p12'), PASSWORD],
  ['no file', () => join(folder, 'missing.p12'), PASSWORD],
])('%s is refused by name, without the password', (_, path, password) => {
  const open = () =>
    createMongoClient({ ...options, uri: 'mongodb://localhost', keyStore: { path: path(), password } });
  expect(open).toThrow(/^connection\.ssl\.keystore: Expected a PKCS12 file/);
  expect(open).not.toThrow(password);
});
