import { MongoServerError } from 'mongodb';
import type { Outcome } from '../../../connect/outcomes.ts';
import type { Executed } from './missed-updates.ts';
import type { Reply } from './send-command.ts';
import { concernRejected, writeRejected } from './write-outcomes.ts';
import { judgeConcernError, judgeWriteError, type WriteError } from './write-verdict.ts';
import type { Write } from './writes.ts';

/** What a reply says of the writes of its command. */
export type SettledReply = {
  readonly executed: readonly Executed[];
  readonly rejected: readonly (readonly [Write, Outcome])[];
  /** They met a unique value. */
  readonly later: readonly (readonly [Write, WriteError])[];
  /** Not executed, or to be executed once more: in the order of their records. */
  readonly again: readonly Write[];
  /** Why, where it is not only that an ordered command stops at a write that fails. */
  readonly failure: MongoServerError | undefined;
};

export function settleReply(writes: readonly Write[], reply: Reply, isOrdered: boolean): SettledReply {
  const errors = new Map(reply.writeErrors.map((error) => [error.index, error] as const));
  const end = isOrdered && errors.size > 0 ? Math.min(...errors.keys()) + 1 : writes.length;
  const concern = reply.concernError;
  const made = new Set(reply.upserted);
  const executed: Executed[] = [];
  const rejected: [Write, Outcome][] = [];
  const later: [Write, WriteError][] = [];
  const again = writes.slice(end);
  let failure: MongoServerError | undefined;
  for (let index = 0; index < end; index += 1) {
    const write = writes[index]!;
    const error = errors.get(index);
    const verdict = error ? judgeWriteError(error) : concern ? judgeConcernError(concern) : 'written';
    if (verdict === 'written') executed.push({ write, hasMade: made.has(index) });
    else if (verdict === 'later') later.push([write, error!]);
    else if (verdict === 'reject') rejected.push([write, error ? writeRejected(error) : concernRejected(concern!)]);
    else {
      again.push(write);
      failure = new MongoServerError({ ...(error ?? concern) });
    }
  }
  again.sort((one, other) => one.index - other.index);
  return { executed, rejected, later, again, failure };
}
