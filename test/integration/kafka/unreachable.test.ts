import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../../infra/local/ports.ts';
import { openTestProducer } from './producer.ts';

const unreachable = { name: 'RetriableError', code: 'KAFKA_UNREACHABLE' };

test('a broker that isn’t there is one clear sentence, at once', async () => {
  const server = `127.0.0.1:${await freePort()}`;
  const connecting = openTestProducer(server);
  await expect(connecting).rejects.toMatchObject(unreachable);
  await expect(connecting).rejects.toThrow(new RegExp(`No Kafka broker of ${server} answered: .*ECONNREFUSED`));
});

test('brokers that take connections and never answer are given up within 10 seconds', async () => {
  const sockets: Socket[] = [];
  const servers = await Promise.all(
    [0, 1, 2].map(async () => {
      const server = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const addresses = servers.map((server) => `127.0.0.1:${(server.address() as { port: number }).port}`);
  const began = performance.now();
  try {
    await expect(openTestProducer(addresses.join(','))).rejects.toMatchObject(unreachable);
    expect(performance.now() - began).toBeLessThan(11_000);
  } finally {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  }
});
