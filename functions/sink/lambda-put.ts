import { randomUUID } from 'node:crypto';
import { fetchValues, storeValues } from '../aws/claim-check.ts';
import type { SendDeadLetters } from '../aws/dead-letters.ts';
import { lazyDeadLetters } from '../aws/lazy-dead-letters.ts';
import type { LazyParkedItems } from '../aws/lazy-parked-items.ts';
import type { ObjectStore } from '../aws/object-store.ts';
import { parkedKeys } from '../aws/parked-keys.ts';
import { awsSecretSources, resolvePlaceholders } from '../aws/secrets.ts';
import { configure } from '../connect/configure.ts';
import type { OpenSink } from '../connect/connector.ts';
import { type Converters, convertersOf } from '../connect/converters/configure-converters.ts';
import { RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Metrics } from '../connect/metrics.ts';
import { sinkConnectorOf } from '../connectors/sinks.ts';
import { type BatchResponse, type PutSettings, putInvocation } from './put-invocation.ts';
import { putWithRenewedLogin } from './renewed-login.ts';

export type PutEnvironment = {
  readonly connectorFile: string;
  readonly hasPartialResponse: boolean;
  readonly deadLetterQueueUrl: string | undefined;
  /** For dead letters that are too large for the queue; absent: they are not sent. */
  readonly claimCheckBucket: string | undefined;
  readonly objects: ObjectStore;
  /** Where parked keys are listed; absent: none is parked. */
  readonly parkedItems?: LazyParkedItems | undefined;
  env(name: string): string | undefined;
  /** Loads a module that lies beside the connector's file. */
  loadModule(className: string): Promise<unknown>;
  readonly log: Log;
  readonly metrics: Metrics;
  now(): number;
};

type Opened = { readonly sink: OpenSink; readonly settings: PutSettings; readonly converters: Converters };

/** Kept free of the invocation's time for dead letters and the answer. */
const RESERVE_MS = 5_000;

/**
 * The function behind the door. It opens its sink while Lambda still starts it, so that the database answers while the
 * first event is decoded; later puts find it open. An opening that failed is tried again by the next put, which says why.
 */
export function lambdaPut(
  environment: PutEnvironment,
): (event: unknown, remainingMs: number) => Promise<BatchResponse> {
  const { claimCheckBucket, deadLetterQueueUrl, log, metrics, now, objects, parkedItems } = environment;
  const storeValue = claimCheckBucket ? storeValues(claimCheckBucket, objects) : undefined;
  const sendDeadLetters = deadLetterQueueUrl ? lazyDeadLetters(deadLetterQueueUrl, storeValue) : withoutQueue;
  const fetchValue = fetchValues(objects);
  const parked = parkedItems && parkedKeys(parkedItems, { newVersion: randomUUID, now });
  let opening: Promise<Opened> | undefined;

  const opened = (): Promise<Opened> => {
    opening ??= open(environment).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  async function reopen(sink: OpenSink): Promise<OpenSink> {
    opening = undefined;
    await sink[Symbol.asyncDispose]();
    return (await opened()).sink;
  }

  opened().catch(() => undefined);
  return async (event, remainingMs) => {
    const start = now();
    const { sink, settings, converters } = await opened();
    const renewed: OpenSink = {
      ...sink,
      put: (records, deadline, parking) =>
        putWithRenewedLogin(sink, records, deadline, { reopen: () => reopen(sink), log, now }, parking),
    };
    // a timer takes no half of a millisecond
    const reserve = Math.min(RESERVE_MS, Math.ceil(remainingMs / 2));
    const deps = { sink: renewed, converters, fetchValue, sendDeadLetters, parkedKeys: parked, log, metrics, now };
    return putInvocation(event, start + remainingMs - reserve, settings, deps);
  };
}

/** Reads the connector's file. @throws ConfigError with everything that is wrong. */
async function open(environment: PutEnvironment): Promise<Opened> {
  const { connectorFile, env, hasPartialResponse, loadModule, log, metrics, now, parkedItems } = environment;
  const { config, connector, name, warnings } = await configure(connectorFile, sinkConnectorOf, (properties) =>
    resolvePlaceholders(properties, awsSecretSources(env)),
  );
  for (const warning of warnings) log.warn('Configuration warning', { warning });
  // the first put asks, and meanwhile the database is connected
  if (config.errorsParkKeys) parkedItems?.load();
  return {
    sink: await connector.open(config, { log, metrics, now, loadModule }),
    settings: {
      connector: name,
      hasPartialResponse,
      contextHeaders: config.errorsDeadletterqueueContextHeadersEnable
        ? { connector: name, keyConverter: config.keyConverter, valueConverter: config.valueConverter }
        : undefined,
      logsTimes: config.errorsLogIncludeMessages,
    },
    converters: convertersOf(config),
  };
}

/** Without a queue a rejected record has nowhere to go, so it stays where it is. */
const withoutQueue: SendDeadLetters = async (letters) =>
  letters.map(() => new RetriableError('DEAD_LETTER_UNSENT', 'There is no dead letter queue to send a dead letter to'));
