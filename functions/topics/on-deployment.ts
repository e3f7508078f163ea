import { ConfigError, ConnectorError, messageOf, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import { type DeploymentEvent, parseRequest, type TopicsRequest } from './request.ts';

/** What CloudFormation wants to hear; `reason` is what a person reads in the events of the stack. */
export type DeploymentAnswer = { readonly status: 'SUCCESS' | 'FAILED'; readonly reason?: string };

export type OnDeploymentDeps = {
  /** Makes the topics, or throws; ends at `deadline`. */
  make(request: TopicsRequest, deadline: number): Promise<void>;
  answer(event: DeploymentEvent, answer: DeploymentAnswer): Promise<void>;
  readonly log: Log;
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

/** Time to tell CloudFormation: without an answer it would wait for its own timeout, and give no reason. */
const ANSWER_MS = 10_000;
/** A role that was made a moment ago is refused until IAM has told everybody. */
const RIGHTS_SPREAD_MS = 90_000;
const PAUSE_MS = 3000;
/** An answer may have 4096 bytes. */
const REASON_LENGTH = 1000;

/**
 * Handles one event of a deployment: topics are made and grown when the stack is created or updated, and stay when it is
 * deleted. Always answers; throws only where the answer itself can't be delivered, and Lambda then sends the event again.
 */
export async function onDeployment(event: DeploymentEvent, remainingMs: number, deps: OnDeploymentDeps): Promise<void> {
  const { log } = deps;
  try {
    // what is on the topics is not CloudFormation's to delete
    if (event.RequestType !== 'Delete') await makeUntil(deps.now() + remainingMs - ANSWER_MS, event, deps);
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : 'unexpected';
    log.error('Topics not made', { code, reason: messageOf(error) });
    await deps.answer(event, { status: 'FAILED', reason: `${code}: ${messageOf(error)}`.slice(0, REASON_LENGTH) });
    return;
  }
  await deps.answer(event, { status: 'SUCCESS' });
}

async function makeUntil(deadline: number, event: DeploymentEvent, deps: OnDeploymentDeps): Promise<void> {
  const request = parseRequest(event.ResourceProperties);
  const rightsSpread = Math.min(deps.now() + RIGHTS_SPREAD_MS, deadline);
  for (;;) {
    try {
      return await deps.make(request, deadline);
    } catch (error) {
      const until = mayPassUntil(error, { deadline, rightsSpread });
      if (until === undefined || deps.now() + PAUSE_MS > until) throw error;
      deps.log.warn('Topics not made yet', { reason: messageOf(error) });
      await deps.sleep(PAUSE_MS);
    }
  }
}

function mayPassUntil(
  error: unknown,
  { deadline, rightsSpread }: { readonly deadline: number; readonly rightsSpread: number },
): number | undefined {
  if (error instanceof RetriableError) return deadline;
  return error instanceof ConfigError && error.code === 'KAFKA_REFUSED' ? rightsSpread : undefined;
}
