import type { OpenSink } from '../connect/connector.ts';
import { ConnectorError, messageOf } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import type { Outcome } from '../connect/outcomes.ts';
import type { Parking } from '../connect/parking.ts';
import type { SinkRecord } from '../connect/records.ts';

export type LoginDeps = {
  /** Closes the sink and opens it anew, its secret read again. */
  reopen(): Promise<Pick<OpenSink, 'put'>>;
  readonly log: Log;
  now(): number;
};

/**
 * A put that is tried once more where the database refused the login: the password may have been changed since it was
 * read. All of it is put again, because a write that was done does no harm when it is done again.
 */
export async function putWithRenewedLogin(
  sink: Pick<OpenSink, 'put'>,
  records: readonly SinkRecord[],
  deadline: number,
  { reopen, log, now }: LoginDeps,
  parking?: Parking,
): Promise<readonly Outcome[]> {
  const outcomes = await sink.put(records, deadline, parking);
  if (!outcomes.some(isLoginRefused) || now() >= deadline) return outcomes;
  log.warn('Login refused, reading the secret again');
  try {
    return await (await reopen()).put(records, deadline, parking);
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : undefined;
    log.warn('The sink could not be opened again', { code, reason: messageOf(error) });
    return outcomes;
  }
}

const isLoginRefused = (outcome: Outcome): boolean =>
  outcome.status === 'unsettled' && outcome.error.details.isLogin === true;
