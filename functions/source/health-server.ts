import { createServer } from 'node:http';
import type { Health } from './task-status.ts';

/** Answers `GET /healthz` on 127.0.0.1: 200 while healthy, 503 while not, with the facts as JSON. Port 0 takes a free one. */
export async function serveHealth(port: number, health: () => Health): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((request, response) => {
    if (request.url !== '/healthz') {
      response.writeHead(404).end();
      return;
    }
    const facts = health();
    response.writeHead(facts.healthy ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(facts));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
