import { type Document, MongoServerError } from 'mongodb';
import { DataError, messageOf } from '../../../connect/errors.ts';
import { withoutSplitStage } from './split-events.ts';
import type { Watch } from './watch-command.ts';

/** BSONObjectTooLarge: the next event, or one behind it that would be in the same reply, fits into no reply. */
export const isTooLarge = (error: unknown): boolean => error instanceof MongoServerError && error.code === 10334;

/** The same events, each with no more than what tells them apart: these fit into a reply always. */
export const headersOnly = (watch: Watch): Watch => ({
  ...watch,
  batchSize: 1,
  pipeline: [...withoutSplitStage(watch.pipeline), { $project: HEADER }],
});

const HEADER: Document = { _id: 1, operationType: 1, clusterTime: 1, ns: 1, documentKey: 1 };

export const tooLarge = (watch: Watch, error: unknown): DataError =>
  new DataError(
    'CHANGE_EVENT_INVALID',
    `Expected a change event of ${watch.name} that fits into a reply, got one that does not: ${messageOf(error)}`,
    { cause: error, details: { watch: watch.name } },
  );
