import { type Document, Long } from 'mongodb';
import type { ConnectorError } from '../../../../connect/errors.ts';
import { pauseWith } from '../database-calls.ts';
import type { RunCommand } from '../run-command.ts';
import { type Namespace, namespaceText } from '../write-models.ts';
import { collectionRefused, passingFailure } from '../write-outcomes.ts';
import { judgeCommandError } from '../write-verdict.ts';

/** What `timeseries.*` says about a collection; empty texts and zero leave an option out. */
export type TimeSeries = {
  readonly timeField: string;
  readonly metaField: string;
  readonly granularity: string;
  readonly expireAfterSeconds: number;
};

export type CollectionDeps = {
  readonly run: RunCommand;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

/** Why the records of a namespace can't be written now; nothing where the collection is there. */
export type EnsureCollection = (
  namespace: Namespace,
  timeSeries: TimeSeries,
  deadline: number,
) => Promise<ConnectorError | undefined>;

/** Looks at each namespace once, before its first write, and makes a collection that is missing. */
export function timeSeriesCollections(deps: CollectionDeps): EnsureCollection {
  const ready = new Set<string>();
  return async (namespace, timeSeries, deadline) => {
    const name = namespaceText(namespace);
    const pause = pauseWith(deps);
    while (!ready.has(name)) {
      try {
        const timeoutMs = Math.max(deadline - deps.now(), 1);
        if (!(await makeReady(namespace, timeSeries, (command) => deps.run(namespace.database, command, timeoutMs)))) {
          return collectionRefused(`A collection already exists for: \`${name}\` that is not a timeseries collection.`);
        }
        ready.add(name);
      } catch (error) {
        const verdict = judgeCommandError(error, false);
        if (verdict === 'login') return passingFailure(error, true, name);
        if (verdict !== 'again') return collectionRefused(`Failed to create collection for: \`${name}\``, error);
        if (!(await pause(deadline))) return passingFailure(error, false, name);
      }
    }
    return undefined;
  };
}

type Run = (command: Document) => Promise<Document>;

/** False: an ordinary collection has the name. */
async function makeReady({ collection }: Namespace, timeSeries: TimeSeries, run: Run): Promise<boolean> {
  const stats = await statsOf(collection, run);
  if (stats.nindexes > 0 || stats.timeseries) return isTimeSeries(collection, stats, run);
  try {
    await run({ create: collection, ...optionsOf(timeSeries) });
    return true;
  } catch (error) {
    if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
    // another instance was faster, or somebody made an ordinary one
    return isTimeSeries(collection, await statsOf(collection, run), run);
  }
}

const UNAUTHORIZED = 13;
const NAMESPACE_NOT_FOUND = 26;
const NAMESPACE_EXISTS = 48;

const hasCode = (error: unknown, code: number): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** What the peer asks, so that its privileges are enough. A server may know no statistics of what is not there. */
async function statsOf(collection: string, run: Run): Promise<Document> {
  try {
    return await run({ collStats: collection });
  } catch (error) {
    if (hasCode(error, NAMESPACE_NOT_FOUND)) return { nindexes: 0 };
    throw error;
  }
}

/** A server that stands in for MongoDB may say it in the collection's options only. */
async function isTimeSeries(collection: string, stats: Document, run: Run): Promise<boolean> {
  if (stats.timeseries) return true;
  try {
    const { cursor } = await run({ listCollections: 1, filter: { name: collection } });
    return cursor?.firstBatch?.[0]?.options?.timeseries !== undefined;
  } catch (error) {
    if (hasCode(error, UNAUTHORIZED)) return false;
    throw error;
  }
}

const optionsOf = ({ expireAfterSeconds, granularity, metaField, timeField }: TimeSeries): Document => ({
  ...(expireAfterSeconds > 0 && { expireAfterSeconds: Long.fromNumber(expireAfterSeconds) }),
  timeseries: { timeField, ...(metaField !== '' && { metaField }), ...(granularity !== '' && { granularity }) },
});
