import type { SQSClient } from '@aws-sdk/client-sqs';
import { createDeadLetters, type SendDeadLetters } from '../aws/dead-letters.ts';
import { awsSecretSources, resolvePlaceholders } from '../aws/secrets.ts';
import { configure } from '../connect/configure.ts';
import type { OpenSink } from '../connect/connector.ts';
import { converterOf } from '../connect/converters/converter-classes.ts';
import { RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import type { Outcome } from '../connect/outcomes.ts';
import { sinkConnectorOf } from '../connectors/sinks.ts';
import type { Converters } from './convert.ts';
import { type BatchResponse, type PutSettings, putInvocation } from './put-invocation.ts';

export type PutEnvironment = {
  readonly connectorFile: string;
  readonly hasPartialResponse: boolean;
  readonly deadLetterQueueUrl: string | undefined;
  sqs(): Pick<SQSClient, 'send'>;
  env(name: string): string | undefined;
  readonly log: Log;
  readonly metrics: Metrics;
  now(): number;
};

type Opened = { readonly sink: OpenSink; readonly settings: PutSettings; readonly converters: Converters };

/** Kept free of the invocation's time for dead letters and the answer. */
const RESERVE_MS = 5_000;

/**
 * The function behind the door. The first put opens the connection, later ones find it open. After a refused login it
 * is closed, so that the next put reads the secret again: it may have been changed.
 */
export function lambdaPut(
  environment: PutEnvironment,
): (event: unknown, remainingMs: number) => Promise<BatchResponse> {
  const { deadLetterQueueUrl, log, metrics, now, sqs } = environment;
  const sendDeadLetters = deadLetterQueueUrl ? createDeadLetters(deadLetterQueueUrl, sqs()) : withoutQueue;
  let opening: Promise<Opened> | undefined;

  return async (event, remainingMs) => {
    const start = now();
    opening ??= open(environment).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    const { sink, settings, converters } = await opening;
    let isLoginRefused = false;
    const watched: OpenSink = {
      ...sink,
      async put(records, deadline) {
        const outcomes = await sink.put(records, deadline);
        isLoginRefused = outcomes.some(lostLogin);
        return outcomes;
      },
    };
    const reserve = Math.min(RESERVE_MS, remainingMs / 2);
    try {
      const deps = { sink: watched, converters, sendDeadLetters, log, metrics, now };
      return await putInvocation(event, start + remainingMs - reserve, settings, deps);
    } finally {
      if (isLoginRefused) {
        opening = undefined;
        await sink[Symbol.asyncDispose]();
      }
    }
  };
}

const lostLogin = (outcome: Outcome): boolean =>
  outcome.status === 'unsettled' && outcome.error.details.isLogin === true;

/** Reads the connector's file. @throws ConfigError with everything that is wrong. */
async function open({ connectorFile, env, hasPartialResponse, log, metrics, now }: PutEnvironment): Promise<Opened> {
  const { config, connector, name, warnings } = await configure(connectorFile, sinkConnectorOf, (properties) =>
    resolvePlaceholders(properties, awsSecretSources(env)),
  );
  for (const warning of warnings) log.warn('Configuration warning', { warning });
  return {
    sink: await connector.open(config, { log, metrics, now }),
    settings: {
      connector: name,
      hasPartialResponse,
      addsContextHeaders: config.errorsDeadletterqueueContextHeadersEnable,
    },
    converters: { key: converterOf(config.keyConverter), value: converterOf(config.valueConverter) },
  };
}

/** Without a queue a rejected record has nowhere to go, so it stays where it is. */
const withoutQueue: SendDeadLetters = async (letters) =>
  letters.map(() => new RetriableError('DEAD_LETTER_UNSENT', 'There is no dead letter queue to send a dead letter to'));
