import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { answerTo } from '../../../functions/topics/answer.ts';
import type { DeploymentEvent } from '../../../functions/topics/request.ts';

type Arrived = { method: string | undefined; headers: IncomingHttpHeaders; body: string };

/** Stands where CloudFormation waits. */
async function startWaiting(status: number) {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    arrived.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    arrived,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=hunter2`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const eventOf = (ResponseURL: string, PhysicalResourceId?: string): DeploymentEvent => ({
  RequestType: 'Update',
  ResponseURL,
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'madetopics',
  ...(PhysicalResourceId !== undefined && { PhysicalResourceId }),
  ResourceProperties: {},
});

test.each([
  ['the first time under a name of its own', undefined, 'madetopics'],
  ['later under the same', 'as-before', 'as-before'],
])('answers %s, with no content type, for the address is signed without one', async (_, before, expected) => {
  await using waiting = await startWaiting(200);
  await answerTo(eventOf(waiting.url, before), { status: 'FAILED', reason: 'KAFKA_REFUSED: no' });
  const [answer] = waiting.arrived;
  expect(answer?.method).toBe('PUT');
  expect(answer?.headers['content-type'] ?? '').toBe('');
  expect(JSON.parse(answer?.body ?? '')).toEqual({
    Status: 'FAILED',
    Reason: 'KAFKA_REFUSED: no',
    PhysicalResourceId: expected,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'madetopics',
  });
});

test('an answer that is not taken is an error, so that Lambda sends the event again; its address stays secret', async () => {
  await using waiting = await startWaiting(403);
  const answering = answerTo(eventOf(waiting.url), { status: 'SUCCESS' });
  await expect(answering).rejects.toThrow('CloudFormation did not take the answer: HTTP 403');
  await expect(answering).rejects.not.toThrow('hunter2');
});
