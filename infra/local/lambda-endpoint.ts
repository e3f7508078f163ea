import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { InvocationResult } from './invocation.ts';
import type { LocalFunction } from './local-function.ts';

export type LambdaEndpoint = AsyncDisposable & { readonly lambdaEndpoint: string };

type Answer = { readonly code: number; readonly headers?: Record<string, string>; readonly body: string };

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda's Invoke API on 127.0.0.1 for the functions that the map holds when a request comes. */
export async function startLambdaEndpoint(functions: ReadonlyMap<string, LocalFunction>): Promise<LambdaEndpoint> {
  const server = createServer((request, response) => void serve(functions, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    lambdaEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
    },
  };
}

async function serve(
  functions: ReadonlyMap<string, LocalFunction>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { code, headers, body } = await invoke(functions, request).catch((error: unknown) =>
    refusal(500, 'ServiceException', String(error)),
  );
  response.writeHead(code, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers });
  response.end(body);
}

async function invoke(functions: ReadonlyMap<string, LocalFunction>, request: IncomingMessage): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const encoded = INVOKE.exec(pathname)?.[1];
  if (request.method !== 'POST' || encoded === undefined)
    return refusal(501, 'NotImplementedException', 'Only Invoke is available on one machine');
  const name = functionNameOf(decodeURIComponent(encoded));
  const invoked = functions.get(name);
  if (!invoked) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return { code: 204, body: '' };
  if (type !== 'RequestResponse')
    return refusal(400, 'InvalidParameterValueException', `Expected InvocationType RequestResponse, got ${type}`);
  const event = await text(request);
  if (!isJson(event || '{}'))
    return refusal(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  return toAnswer(await invoked.invoke(event || '{}'));
}

function toAnswer(result: InvocationResult): Answer {
  const headers = { 'x-amz-executed-version': '$LATEST' };
  switch (result.status) {
    case 'succeeded':
      return { code: 200, headers, body: result.payload };
    case 'failed':
      return {
        code: 200,
        headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
        body: JSON.stringify(result.error),
      };
    case 'throttled':
      return refusal(429, 'TooManyRequestsException', 'Rate Exceeded.');
    case 'too-large':
      return refusal(
        413,
        'RequestTooLargeException',
        `Request must be smaller than 6291456 bytes, got ${result.bytes}`,
      );
  }
}

/** Of a name, `name:qualifier`, a partial or a whole ARN. */
const functionNameOf = (given: string): string => /(?:^|function:)([\w-]+)(?::[\w$-]+)?$/.exec(given)?.[1] ?? given;

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    // the answer says so
    return false;
  }
}

const refusal = (code: number, errorType: string, message: string): Answer => ({
  code,
  headers: { 'x-amzn-errortype': errorType },
  body: JSON.stringify({ Type: code < 500 ? 'User' : 'Service', Message: message, message }),
});
