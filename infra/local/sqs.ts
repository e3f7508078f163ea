import { Server } from 'node:net';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import type { Names } from '../names.ts';
import { LOCAL_REGION } from './aws-environment.ts';

export type LocalSqs = AsyncDisposable & {
  readonly sqsEndpoint: string;
  readonly s3Endpoint: string;
  readonly claimCheckBucket: string;
  readonly deadLetterQueueUrl: string;
  readonly replayQueueUrl: string;
  readonly replayQueueArn: string;
  /** Looks at the dead letters of a connector without receiving them, which a console or a command can't. */
  deadLettersOf(connector: string): number;
};

/** SQS keeps a dead letter this long at most, so a person has the longest time there is. */
const FOURTEEN_DAYS = '1209600';
/** Longer than the replay function may take, so that a message is not handled twice at once. */
const REPLAY_VISIBILITY_TIMEOUT_SECONDS = '30';
const REPLAY_MAX_RECEIVE_COUNT = 10;

/** In AWS the stack makes up its name. */
const CLAIM_CHECK_BUCKET = 'tailrace-local-claim-check';

/**
 * SQS's and S3's APIs in this process: the dead letter queue, the replay queue whose dead letter queue it is, and the
 * bucket for what is too large for a topic or a queue.
 */
export async function startSqs(names: Pick<Names, 'deadLetterQueue' | 'replayQueue'>): Promise<LocalSqs> {
  const server = await listeningOnLoopback(() => startFauxqs({ port: 0, logger: false, defaultRegion: LOCAL_REGION }));
  const deadLetters = server.createQueue(names.deadLetterQueue, {
    attributes: { MessageRetentionPeriod: FOURTEEN_DAYS },
  });
  const replay = server.createQueue(names.replayQueue, {
    attributes: {
      MessageRetentionPeriod: FOURTEEN_DAYS,
      VisibilityTimeout: REPLAY_VISIBILITY_TIMEOUT_SECONDS,
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: deadLetters.queueArn,
        maxReceiveCount: REPLAY_MAX_RECEIVE_COUNT,
      }),
    },
  });
  server.createBucket(CLAIM_CHECK_BUCKET);
  const sqsEndpoint = `http://127.0.0.1:${server.port}`;
  // its own URLs have a host name that not every machine resolves
  const reachable = (queueUrl: string) => sqsEndpoint + new URL(queueUrl).pathname;
  return {
    sqsEndpoint,
    s3Endpoint: sqsEndpoint,
    claimCheckBucket: CLAIM_CHECK_BUCKET,
    deadLetterQueueUrl: reachable(deadLetters.queueUrl),
    replayQueueUrl: reachable(replay.queueUrl),
    replayQueueArn: replay.queueArn,
    deadLettersOf: (connector) => countOf(server, names.deadLetterQueue, connector),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function countOf(server: FauxqsServer, queue: string, connector: string): number {
  const { messages } = server.inspectQueue(queue) ?? { messages: { ready: [], delayed: [], inflight: [] } };
  const all = [...messages.ready, ...messages.delayed, ...messages.inflight.map(({ message }) => message)];
  return all.filter(({ messageAttributes }) => messageAttributes.connector?.StringValue === connector).length;
}

/** Fauxqs listens on all interfaces and takes no other; nobody else on the network may reach what is in a queue. */
async function listeningOnLoopback(start: () => Promise<FauxqsServer>): Promise<FauxqsServer> {
  const original = Server.prototype.listen;
  Server.prototype.listen = function listen(this: Server, ...args: unknown[]): Server {
    const [options] = args;
    const onLoopback =
      typeof options === 'object' && options !== null && 'host' in options && options.host === '0.0.0.0'
        ? [{ ...options, host: '127.0.0.1' }, ...args.slice(1)]
        : args;
    return Reflect.apply(original, this, onLoopback) as Server;
  };
  try {
    return await start();
  } finally {
    Server.prototype.listen = original;
  }
}
