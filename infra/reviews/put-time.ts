import type { Problem } from '../../functions/connect/errors.ts';
import type { LoadedSink } from '../environment-connectors.ts';
import type { Reviewed } from './reviewed.ts';

/** A cold start, a failover of MongoDB that is waited for (8 s), and the 5 s that are kept for dead letters and the answer. */
const FIXED_SECONDS = 15;
/**
 * A slow database with an index for every filter still writes a hundred documents a second. A put that can't end in time is
 * not a slow one: its batch comes again, ends in the same place, and holds its partitions for ever.
 */
const RECORDS_PER_SECOND = 100;

/** Whether every sink can write its whole batch within the timeout of its function, its own pauses included. */
export function reviewPutTime({ inConnector, inEnvironment, settings, sinks }: Reviewed): Problem[] {
  const { timeoutSeconds } = settings.sink;
  const problems = sinks.flatMap((sink): Problem[] => {
    const pause = pausesOf(sink);
    const least = FIXED_SECONDS + Math.ceil(sink.batchSize / RECORDS_PER_SECOND) + Math.ceil(pause.seconds);
    if (least <= timeoutSeconds) return [];
    const why = `${FIXED_SECONDS} s, and 10 s for each 1000 of ${sink.batchSize} records`;
    if (pause.seconds > 0) {
      const message = `Expected a put of at most sink.timeoutSeconds (${timeoutSeconds}), got ${least} s: ${why}, and ${pause.seconds} s of pauses`;
      return [{ property: inConnector(sink, pause.property), message }];
    }
    if (sink.properties[POLL_RECORDS] !== undefined) {
      const most = Math.max(1, (timeoutSeconds - FIXED_SECONDS) * RECORDS_PER_SECOND);
      const message = `Expected at most ${most} with sink.timeoutSeconds ${timeoutSeconds}, got ${sink.batchSize}`;
      return [{ property: inConnector(sink, POLL_RECORDS), message }];
    }
    const message = `Expected at least ${least} with sink.batchSize ${sink.batchSize} (${why}), got ${timeoutSeconds}`;
    return [{ property: inEnvironment('sink.timeoutSeconds'), message }];
  });
  // sinks without a batch size of their own share the one of the environment
  return problems.filter(({ property }, index) => problems.findIndex((other) => other.property === property) === index);
}

const POLL_RECORDS = 'consumer.override.max.poll.records';
const TIMEOUT = 'rate.limiting.timeout';

/** The longest that `rate.limiting.*` keeps one put waiting, of all its topics. */
function pausesOf({ batchSize, properties, subscriptions }: LoadedSink): { property: string; seconds: number } {
  const ofTopics = ['', ...subscriptions.map(({ topic }) => `topic.override.${topic}.`)].map((prefix) => {
    const numberOf = (name: string) => Number(properties[prefix + name] ?? properties[name] ?? 0);
    const everyN = numberOf('rate.limiting.every.n');
    const most = numberOf('max.batch.size');
    const bulkWrites = most > 0 ? Math.ceil(batchSize / most) : 1;
    const pauses = everyN > 0 ? Math.ceil(bulkWrites / everyN) : 0;
    const property = properties[prefix + TIMEOUT] === undefined ? TIMEOUT : prefix + TIMEOUT;
    return { property, seconds: (pauses * numberOf(TIMEOUT)) / 1000 };
  });
  return ofTopics.reduce((longest, pause) => (pause.seconds > longest.seconds ? pause : longest));
}
