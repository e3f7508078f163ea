import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readParkedKeys } from '../../functions/aws/parked-items.ts';
import { countOf } from '../../functions/aws/queue-count.ts';
import { namesOf } from '../../infra/names.ts';
import { queueUrlOf } from '../dead-letters/queue.ts';
import type { Environment } from '../environment.ts';
import type { ExitCode } from '../failure.ts';
import { readSourceItems } from './items.ts';
import { askLocalStatus } from './local-status.ts';
import { readMappings } from './mappings.ts';
import { printStatus } from './status.ts';

/** Connects to an environment and prints its status. */
export async function statusOf(
  environment: Environment,
  { now, out }: { now(): number; out(line: string): void },
): Promise<ExitCode> {
  const { name, table, connectorsFolder, statusUrl, deadLetterQueue, replayQueue } = environment;
  const dynamodb = new DynamoDBClient(environment.dynamodb);
  const sqs = new SQSClient(environment.sqs);
  const lambda = environment.lambda && new LambdaClient(environment.lambda);
  const { sinkFunction } = namesOf(name);
  try {
    return await printStatus({
      environment: name,
      connectorsFolder,
      ...(statusUrl !== undefined && { askLocalStatus: () => askLocalStatus(statusUrl) }),
      ...(lambda && { readMappings: (connector) => readMappings(lambda, sinkFunction(connector)) }),
      readSourceItems: (connector) => readSourceItems(dynamodb, table, connector),
      readParkedKeys: (connector) => readParkedKeys(table, connector, dynamodb),
      countDeadLetters: async () => {
        const [waiting, replaying] = await Promise.all(
          [deadLetterQueue, replayQueue].map(async (queue) => countOf(sqs, await queueUrlOf(sqs, queue))),
        );
        const sum = (count: typeof waiting) => (count ? count.visible + count.hidden : 0);
        return { waiting: sum(waiting), replaying: sum(replaying) };
      },
      now,
      out,
    });
  } finally {
    for (const client of [dynamodb, sqs, lambda]) client?.destroy();
  }
}
