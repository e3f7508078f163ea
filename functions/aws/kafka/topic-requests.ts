import { ConfigError } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import type { Cluster } from './cluster.ts';
import type { BrokerConnection } from './kafkajs-broker.ts';
import { nameOfCode, toConnectError } from './produce-errors.ts';
import type { TopicPlan } from './topic-creation.ts';

const CREATE_TIMEOUT_MS = 10_000;
// NONE and TOPIC_ALREADY_EXISTS; REQUEST_TIMED_OUT, COORDINATOR_NOT_AVAILABLE, NOT_CONTROLLER and
// THROTTLING_QUOTA_EXCEEDED pass, so the topic is looked up and, where it is still missing, created again
const MADE_OR_AGAIN = new Set([0, 36, 7, 15, 41, 89]);
// INVALID_PARTITIONS: it has them already, and the metadata that said otherwise was old
const RAISED_OR_AGAIN = new Set([0, 37, 7, 15, 41, 89]);

/**
 * Asks for a topic; whether it is there is seen when it is looked up next.
 *
 * @throws ConfigError KAFKA_REFUSED; `askedBy` is the property that wants the topic, for its message.
 */
export async function createTopic(cluster: Cluster, topic: string, plan: TopicPlan, askedBy: string): Promise<void> {
  const configEntries = Object.entries(plan.configs).map(([name, value]) => ({ name, value }));
  const { partitions: numPartitions, replicationFactor } = plan;
  const topics = [{ topic, numPartitions, replicationFactor, replicaAssignment: [], configEntries }];
  const parameters = { topics, validateOnly: false, timeout: CREATE_TIMEOUT_MS };
  const connection = await cluster.controller();
  const answer = (await ask(cluster, connection, 'CreateTopics', parameters)) as TopicsAnswer;
  refuseUnless(MADE_OR_AGAIN, answer, `Kafka refused to create the topic ${topic}`, askedBy);
}

/** Raises a topic's number of partitions; Kafka takes none away. @throws ConfigError KAFKA_REFUSED */
export async function addPartitions(cluster: Cluster, topic: string, count: number, askedBy: string): Promise<void> {
  const parameters = { topicPartitions: [{ topic, count }], validateOnly: false, timeout: CREATE_TIMEOUT_MS };
  const connection = await cluster.controller();
  const answer = (await ask(cluster, connection, 'CreatePartitions', parameters)) as TopicsAnswer;
  refuseUnless(RAISED_OR_AGAIN, answer, `Kafka refused to give the topic ${topic} ${count} partitions`, askedBy);
}

function refuseUnless(
  passing: ReadonlySet<number>,
  { topicErrors }: TopicsAnswer,
  what: string,
  askedBy: string,
): void {
  for (const { errorCode, errorMessage } of topicErrors) {
    if (passing.has(errorCode)) continue;
    const message = `${what} (${nameOfCode(errorCode)}${errorMessage ? `: ${errorMessage}` : ''})`;
    throw new ConfigError([{ property: askedBy, message }], 'KAFKA_REFUSED');
  }
}

/** `max.message.bytes` by topic; without the right to read it, batches keep to the usual limit and are halved if refused. */
export async function maxMessageBytesOf(
  cluster: Cluster,
  topics: readonly string[],
  log: Log,
): Promise<ReadonlyMap<string, number>> {
  const limits = new Map<string, number>();
  if (topics.length === 0) return limits;
  const resources = topics.map((name) => ({ type: TOPIC, name, configNames: [MAX_MESSAGE_BYTES] }));
  const connection = await cluster.any();
  const answer = (await ask(cluster, connection, 'DescribeConfigs', { resources })) as DescribeConfigsAnswer;
  for (const { errorCode, resourceName, configEntries } of answer.resources) {
    const limit = configEntries.find(({ configName }) => configName === MAX_MESSAGE_BYTES)?.configValue;
    if (errorCode === 0 && limit) limits.set(resourceName, Number(limit));
    else log.debug('Topic limit not readable', { topic: resourceName, code: nameOfCode(errorCode) });
  }
  return limits;
}

async function ask(
  cluster: Cluster,
  connection: BrokerConnection,
  api: 'CreateTopics' | 'CreatePartitions' | 'DescribeConfigs',
  parameters: unknown,
): Promise<unknown> {
  try {
    return await connection.request(api, parameters);
  } catch (error) {
    cluster.drop(connection);
    throw toConnectError(error, `${connection.host}:${connection.port}`);
  }
}

const TOPIC = 2;
const MAX_MESSAGE_BYTES = 'max.message.bytes';

/** Of CreateTopics and of CreatePartitions. */
type TopicsAnswer = { topicErrors: { topic: string; errorCode: number; errorMessage?: string | null }[] };
type DescribeConfigsAnswer = {
  resources: {
    errorCode: number;
    resourceName: string;
    configEntries: { configName: string; configValue: string | null }[];
  }[];
};
