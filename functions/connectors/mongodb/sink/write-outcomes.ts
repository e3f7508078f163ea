import { ConnectorError, DataError, messageOf, RetriableError } from '../../../connect/errors.ts';
import type { Outcome } from '../../../connect/outcomes.ts';
import type { ConcernError, WriteError } from './write-verdict.ts';

const DLQ = 'com.mongodb.kafka.connect.sink.dlq';

/** Class and message are what the peer's users filter their dead letters by. */
export function writeRejected({ code, errmsg, errInfo }: WriteError): Outcome {
  const message = `v=1, code=${code}, message=${errmsg}, details=${detailsOf(errInfo)}`;
  return rejected(message, `${DLQ}.WriteException`, code);
}

export function concernRejected({ code, codeName, errmsg, errInfo }: ConcernError): Outcome {
  const message = `v=1, code=${code}, codeName=${codeName ?? ''}, message=${errmsg ?? ''}, details=${detailsOf(errInfo)}`;
  return rejected(message, `${DLQ}.WriteConcernException`, code);
}

function rejected(message: string, className: string, code: number): Outcome {
  const error = new DataError('WRITE_REJECTED', message, { details: { mongoCode: code } });
  return { status: 'rejected', error, stage: 'TASK_PUT', class: className };
}

/** A statement that the server refused as a whole command of its own. */
export function commandRejected(error: unknown): Outcome {
  const code = codeOf(error);
  return writeRejected({ index: 0, code: code ?? 0, errmsg: messageOf(error) });
}

/** `update.missing=reject`. */
export const missedRejected = (position: string): Outcome =>
  recordRejected(
    new DataError('UPDATE_MISSED', `Expected the document that an update is about, got none at ${position}`),
  );

/** The record could not be planned, or must not have been without effect. */
export const recordRejected = (error: DataError): Outcome => ({
  status: 'rejected',
  error,
  stage: 'TASK_PUT',
  class: 'org.apache.kafka.connect.errors.DataException',
});

export const unsettled = (error: ConnectorError): Outcome => ({ status: 'unsettled', error });

/** Not tried: it is behind a record of its topic-partition that has to come again. */
export const behind = (position: string): Outcome =>
  unsettled(new ConnectorError('WRITE_SKIPPED', `Not written: ${position} before it has to come again`));

export function passingFailure(error: unknown, isLogin: boolean, where: string): ConnectorError {
  const message = `MongoDB did not take the writes to ${where}: ${messageOf(error)}`;
  return new RetriableError('MONGODB_TRANSIENT', message, {
    cause: error,
    details: { namespace: where, mongoCode: codeOf(error), isLogin },
  });
}

export const refusedForGood = (error: unknown, where: string): ConnectorError =>
  new ConnectorError('MONGODB_REFUSED', `MongoDB refused the writes to ${where}: ${messageOf(error)}`, {
    cause: error,
    details: { namespace: where, mongoCode: codeOf(error) },
  });

/** A person has to change something about the collection; nothing is wrong with the records. */
export const collectionRefused = (what: string, error?: unknown): ConnectorError =>
  new ConnectorError('MONGODB_REFUSED', error === undefined ? what : `${what}: ${messageOf(error)}`, {
    cause: error,
    details: { mongoCode: codeOf(error) },
  });

function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
  return Number.isNaN(code) ? undefined : code;
}

/** JSON as the peer prints it: a blank behind every colon and comma. */
function detailsOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(detailsOf).join(', ')}]`;
  if (value === undefined) return '{}';
  if (typeof value !== 'object' || value === null || '_bsontype' in value) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${detailsOf(member)}`)
    .join(', ')}}`;
}
