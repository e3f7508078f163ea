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

/** Asks for a topic; whether it is there is seen when it is looked up next. */
export async function createTopics(cluster: Cluster, topic: string, plan: TopicPlan): Promise<void> {
  const configEntries = Object.entries(plan.configs).map(([name, value]) => ({ name, value }));
  const { partitions: numPartitions, replicationFactor } = plan;
  const topics = [{ topic, numPartitions, replicationFactor, replicaAssignment: [], configEntries }];
  const parameters = { topics, validateOnly: false, timeout: CREATE_TIMEOUT_MS };
  const connection = await cluster.controller();
  const answer = (await ask(cluster, connection, 'CreateTopics', parameters)) as CreateTopicsAnswer;
  for (const { errorCode, errorMessage } of answer.topicErrors) {
    if (MADE_OR_AGAIN.has(errorCode)) continue;
    const why = `${nameOfCode(errorCode)}${errorMessage ? `: ${errorMessage}` : ''}`;
    const message = `Kafka refused to create the topic ${topic} as topic.creation.* says (${why})`;
    throw new ConfigError([{ property: 'topic.creation.default.partitions', message }], 'KAFKA_REFUSED');
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
  api: 'CreateTopics' | 'DescribeConfigs',
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

type CreateTopicsAnswer = { topicErrors: { topic: string; errorCode: number; errorMessage?: string | null }[] };
type DescribeConfigsAnswer = {
  resources: {
    errorCode: number;
    resourceName: string;
    configEntries: { configName: string; configValue: string | null }[];
  }[];
};
