import { ConfigError, messageOf, RetriableError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Cluster, TopicMetadata } from './cluster.ts';
import { classifyProduceError, nameOfCode } from './produce-errors.ts';
import type { TopicPlan } from './topic-creation.ts';
import { addPartitions, createTopic } from './topic-requests.ts';

/** A topic as the environment declares it. */
export type DeclaredTopic = TopicPlan & { readonly name: string };

export type MakeTopicsDeps = {
  readonly cluster: Cluster;
  readonly log: Log;
  now(): number;
  sleep(ms: number): Promise<unknown>;
};

// MSK Serverless takes two administrative requests a second
const POLL_MS = 1000;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const ASKED_BY = 'topics';

/**
 * Makes the topics that are missing and raises the number of partitions where a topic has fewer; resolves once all of
 * them can be read. Never deletes, never lowers, and leaves replicas and settings of a topic that exists alone.
 *
 * @throws ConfigError KAFKA_REFUSED; RetriableError KAFKA_UNREACHABLE where `deadline` (on the clock of `now`) comes first
 */
export async function makeTopics(
  declared: readonly DeclaredTopic[],
  deadline: number,
  deps: MakeTopicsDeps,
): Promise<void> {
  let waiting = [...declared];
  let problem: unknown;
  while (waiting.length > 0) {
    try {
      waiting = await makeNext(waiting, deps);
      problem = undefined;
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      problem = error;
    }
    if (waiting.length === 0) return;
    if (deps.now() + POLL_MS > deadline) throw notMade(waiting, problem);
    await deps.sleep(POLL_MS);
  }
}

/** One look at the topics, and a request for each that is not as declared. @returns those that were not ready. */
async function makeNext(
  declared: readonly DeclaredTopic[],
  { cluster, log }: MakeTopicsDeps,
): Promise<DeclaredTopic[]> {
  const names = declared.map(({ name }) => name);
  const found = new Map((await cluster.describe(names, false)).map((metadata) => [metadata.topic, metadata]));
  const waiting: DeclaredTopic[] = [];
  for (const topic of declared) {
    const { errorCode, leaders } = found.get(topic.name) ?? UNTOLD;
    if (classifyProduceError(errorCode, false).action === 'refused') throw refused(topic.name, nameOfCode(errorCode));
    if (errorCode === UNKNOWN_TOPIC_OR_PARTITION) {
      await createTopic(cluster, topic.name, topic, ASKED_BY);
    } else if (errorCode === 0 && leaders.length > 0 && leaders.length < topic.partitions) {
      log.info('Topic gets more partitions', { topic: topic.name, from: leaders.length, to: topic.partitions });
      await addPartitions(cluster, topic.name, topic.partitions, ASKED_BY);
    } else if (isReady(errorCode, leaders)) {
      if (leaders.length > topic.partitions) logMore(topic, leaders.length, log);
      continue;
    }
    waiting.push(topic);
  }
  return waiting;
}

/** What is known of a topic that an answer leaves out: it comes again. */
const UNTOLD: Omit<TopicMetadata, 'topic'> = { errorCode: 5, leaders: [] };

const isReady = (errorCode: number, leaders: readonly number[]): boolean =>
  errorCode === 0 && leaders.length > 0 && leaders.every((leader) => leader >= 0);

const logMore = ({ name, partitions }: DeclaredTopic, has: number, log: Log): void =>
  log.warn('Topic has more partitions than declared', { topic: name, declared: partitions, has });

const refused = (topic: string, why: string) =>
  new ConfigError([{ property: ASKED_BY, message: `Kafka refused the topic ${topic}: ${why}` }], 'KAFKA_REFUSED');

function notMade(waiting: readonly DeclaredTopic[], problem: unknown): RetriableError {
  const names = waiting.map(({ name }) => name).join(', ');
  const why = problem === undefined ? 'no leader for each partition yet' : messageOf(problem);
  const message = `Expected the topics ${names} to be ready before the deployment gives up, got: ${why}`;
  return new RetriableError('KAFKA_UNREACHABLE', message, { cause: problem });
}
