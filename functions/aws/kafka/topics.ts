import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, messageOf, RetriableError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Cluster, TopicMetadata } from './cluster.ts';
import { classifyProduceError, nameOfCode } from './produce-errors.ts';
import type { TopicCreation } from './topic-creation.ts';
import { createTopic, maxMessageBytesOf } from './topic-requests.ts';

export type Topic = {
  readonly name: string;
  /** The leader's node id by partition; -1 where none is known. */
  leaders: readonly number[];
  /** `max.message.bytes`, as far as the broker lets us read it. */
  readonly maxMessageBytes: number;
};

export type Topics = {
  /** The topic if it was looked up before. */
  get(name: string): Topic | undefined;
  /** Looks topics up and creates missing ones where that is allowed. */
  ensure(names: readonly string[]): Promise<void>;
  /** Asks for the leaders again; calls side by side share one request. */
  refresh(): Promise<void>;
};

export type TopicsDeps = {
  readonly cluster: Cluster;
  readonly creation: TopicCreation;
  readonly log: Log;
  readonly now: () => number;
  readonly maxBlockMs: number;
};

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const POLL_MS = 100;
// A topic that was made a moment ago may not have reached every broker yet.
const SPREAD_MS = 2000;

/** What the producer knows of its topics, and only of those: a refresh never asks for all topics of the cluster (K13). */
export function openTopics({ cluster, creation, log, now, maxBlockMs }: TopicsDeps): Topics {
  const topics = new Map<string, Topic>();
  let refreshing: Promise<void> | undefined;

  async function ensure(names: readonly string[]): Promise<void> {
    const missing = new Set(names.filter((name) => !topics.has(name)));
    const began = now();
    while (missing.size > 0) {
      let problem: unknown;
      try {
        const found = await lookUp([...missing], now() - began > SPREAD_MS);
        await learn(found);
        for (const { topic } of found) missing.delete(topic);
        if (missing.size === 0) return;
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error;
        problem = error;
      }
      if (now() - began > maxBlockMs) {
        const why = problem === undefined ? 'it has no leader' : messageOf(problem);
        const message = `Kafka told nothing of the topic ${[...missing][0]} within max.block.ms (${maxBlockMs} ms): ${why}`;
        throw new RetriableError('KAFKA_UNREACHABLE', message, { cause: problem });
      }
      await sleep(POLL_MS);
    }
  }

  /** The topics that exist by now; those that don't are created, or refused once the news of them must have spread. */
  async function lookUp(names: readonly string[], isSpread: boolean): Promise<TopicMetadata[]> {
    const made = names.filter((name) => creation(name) !== undefined);
    // without topic.creation.* it is the broker's auto.create.topics.enable that decides, as for the Java producer
    const others = names.filter((name) => creation(name) === undefined);
    const answers = [
      ...(made.length > 0 ? await cluster.describe(made, false) : []),
      ...(others.length > 0 ? await cluster.describe(others, true) : []),
    ];
    for (const { topic, errorCode } of answers) {
      if (classifyProduceError(errorCode, false).action === 'refused') throw refused(topic, nameOfCode(errorCode));
      if (errorCode !== UNKNOWN_TOPIC_OR_PARTITION) continue;
      const plan = creation(topic);
      if (plan) await createTopic(cluster, topic, plan, 'topic.creation.default.partitions');
      else if (isSpread) throw topicMissing(topic);
    }
    return answers.filter(({ errorCode, leaders }) => errorCode === 0 && leaders.length > 0);
  }

  async function learn(found: readonly TopicMetadata[]): Promise<void> {
    const limits = await maxMessageBytesOf(
      cluster,
      found.map(({ topic }) => topic),
      log,
    );
    for (const { topic, leaders } of found) {
      topics.set(topic, { name: topic, leaders, maxMessageBytes: limits.get(topic) ?? Number.POSITIVE_INFINITY });
    }
  }

  function refresh(): Promise<void> {
    refreshing ??= ask().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  async function ask(): Promise<void> {
    if (topics.size === 0) return;
    for (const { topic, errorCode, leaders } of await cluster.describe([...topics.keys()], false)) {
      const known = topics.get(topic);
      // a topic in trouble keeps its partitions, so that keys stay where they are
      if (known) known.leaders = errorCode === 0 ? leaders : known.leaders.map(() => -1);
    }
  }

  return { get: (name) => topics.get(name), ensure, refresh };
}

const refused = (topic: string, why: string) =>
  new ConfigError([{ property: '', message: `Kafka refused the topic ${topic}: ${why}` }], 'KAFKA_REFUSED');

const topicMissing = (topic: string) =>
  new ConfigError(
    [
      {
        property: 'topic.creation.default.partitions',
        message: `Expected the topic ${topic} to exist: create it, or set topic.creation.default.partitions and topic.creation.default.replication.factor`,
      },
    ],
    'TOPIC_MISSING',
  );
