import { setTimeout as sleep } from 'node:timers/promises';
import { openCluster } from '../aws/kafka/cluster.ts';
import { kafkaAddressOf } from '../aws/kafka/kafka-address.ts';
import { makeTopics } from '../aws/kafka/make-topics.ts';
import { createLog } from '../aws/log.ts';
import { answerTo } from './answer.ts';
import { onDeployment } from './on-deployment.ts';
import type { DeploymentEvent, TopicsRequest } from './request.ts';

const log = createLog('tailrace-topics', { environment: process.env.TAILRACE_ENVIRONMENT ?? 'unknown' });
const now = () => performance.now();

/** The Lambda function of a custom resource: makes declared topics on clusters that have no topic resource. */
export const handler = (event: DeploymentEvent, context: { getRemainingTimeInMillis(): number }): Promise<void> =>
  onDeployment(event, context.getRemainingTimeInMillis(), { make, answer: answerTo, log, now, sleep });

async function make({ clusterArn, topics }: TopicsRequest, deadline: number): Promise<void> {
  const { auth, bootstrapServers } = await kafkaAddressOf({ MSK_CLUSTER_ARN: clusterArn, KAFKA_AUTH: 'iam' });
  const options = { clientId: 'tailrace-topics', auth, connectionTimeoutMs: 5000, requestTimeoutMs: 30_000 };
  const cluster = openCluster(bootstrapServers, options);
  try {
    await makeTopics(topics, deadline, { cluster, log, now, sleep });
  } finally {
    cluster.close();
  }
}
