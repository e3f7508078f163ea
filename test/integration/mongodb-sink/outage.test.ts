import { connect, createServer, type Socket } from 'node:net';
import { expect, inject, test } from 'vitest';
import { openTcpProxy } from '../../support/tcp-proxy.ts';
import { failures, NO_FAILURES, offsetsOf, openSinking } from './sinking.ts';

const portOf = (uri: string) => Number(new URL(uri.replace(/^mongodb/, 'http')).port);
const through = (port: number) => {
  const { mongodbUri } = inject('services');
  return `${mongodbUri.replace(String(portOf(mongodbUri)), String(port))}&serverSelectionTimeoutMS=500`;
};
const VALUES = ['{"_id": 1}', 'no JSON', '{"_id": 3}'];

test('a database that is down makes no dead letters, however often the batch comes again', async () => {
  await using proxy = await openTcpProxy('127.0.0.1', portOf(inject('services').mongodbUri));
  await using sinking = await openSinking({ 'connection.uri': through(proxy.port) });
  expect(await sinking.put(['{"_id": 0}'])).toEqual(NO_FAILURES);

  proxy.cut();
  for (let time = 0; time < 3; time++) {
    // the record that is no JSON stands behind one that has to come again
    expect(await sinking.put(VALUES, { firstOffset: 1, remainingMs: 2_000 })).toEqual(failures(1, 3));
  }
  expect(await sinking.deadLetters()).toEqual([]);

  proxy.heal();
  expect(await sinking.put(VALUES, { firstOffset: 1 })).toEqual(NO_FAILURES);
  expect(offsetsOf(await sinking.deadLetters())).toEqual([2]);
  expect(await sinking.target.countDocuments()).toBe(3);
});

test('a reply that is lost on its way doubles nothing', async () => {
  await using proxy = await openTcpProxy('127.0.0.1', portOf(inject('services').mongodbUri));
  await using sinking = await openSinking({ 'connection.uri': through(proxy.port) });
  await sinking.put(['{"_id": 0}']);
  proxy.loseNextReply();
  expect(await sinking.put(['{"n": 1}', '{"n": 2}'], { firstOffset: 1 })).toEqual(NO_FAILURES);
  expect(await sinking.target.countDocuments()).toBe(3);
});

test('a database that takes requests and never answers ends the put at its deadline, with nothing settled', async () => {
  await using silent = await openSilentProxy(portOf(inject('services').mongodbUri));
  await using sinking = await openSinking({ 'connection.uri': through(silent.port) });
  await sinking.put(['{"_id": 0}']);
  silent.stop();
  const start = performance.now();
  expect(await sinking.put(VALUES, { firstOffset: 1, remainingMs: 3_000 })).toEqual(failures(1, 3));
  expect(performance.now() - start).toBeLessThan(6_000);
  expect(await sinking.deadLetters()).toEqual([]);
  silent.goOn();
  expect(await sinking.put(VALUES, { firstOffset: 1 })).toEqual(NO_FAILURES);
});

/** A way to a server that stops without closing anything, as a frozen process does. */
async function openSilentProxy(port: number) {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => void (isSilent || upstream.write(bytes)));
    upstream.on('data', (bytes) => void (isSilent || client.write(bytes)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Expected a TCP address');
  return {
    port: address.port,
    stop() {
      isSilent = true;
    },
    goOn() {
      isSilent = false;
      // what was swallowed is gone: those connections can't be used any more
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
