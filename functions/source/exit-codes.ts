import { ConfigError, ConnectorError, messageOf, RetriableError } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';

/** What the process ends with; the operations guide lists them. */
export const EXIT_CODES = {
  /** It was told to stop, and everything read is stored. */
  drained: 0,
  /** A new start from the stored position heals it. */
  restart: 1,
  /** A person has to act. */
  stopped: 2,
  /** Another task of the connector took over. */
  replaced: 3,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Tells what happened in plain sentences, one line per problem, and what the process ends with. */
export function reportFailure(error: unknown, log: Log, file?: string): ExitCode {
  if (error instanceof ConfigError) {
    for (const { property, message } of error.problems) {
      log.error([file, property, message].filter(Boolean).join(': '), { code: error.code, file, property });
    }
    return EXIT_CODES.stopped;
  }
  if (!(error instanceof ConnectorError)) {
    // a defect of ours: the trace is for us
    const stack = error instanceof Error ? error.stack : undefined;
    log.error('Unexpected failure', { reason: messageOf(error), stack });
    return EXIT_CODES.restart;
  }
  const { code, details, message } = error;
  if (code === 'LEASE_LOST' || code === 'PRODUCER_FENCED') {
    log.warn('Replaced by another task', { reason: message, code });
    return EXIT_CODES.replaced;
  }
  log.error(message, { code, ...details });
  return error instanceof RetriableError ? EXIT_CODES.restart : EXIT_CODES.stopped;
}
