import type { Names } from '../names.ts';
import { awsEnvironmentOf, LOCAL_REGION } from './aws-environment.ts';
import { startDynamodb } from './dynamodb.ts';
import { reachKafka, startKafka } from './kafka.ts';
import { startMongodb } from './mongodb.ts';
import type { Run } from './processes.ts';
import type { LocalServiceOptions } from './service-options.ts';
import { type LocalSqs, startSqs } from './sqs.ts';

/** Where the services of one machine are; plain data, so that it can be handed to another process. */
export type Services = {
  readonly mongodbUri: string;
  readonly kafkaBootstrapServers: string;
  readonly dynamodbEndpoint: string;
  readonly sqsEndpoint: string;
  readonly s3Endpoint: string;
  readonly claimCheckBucket: string;
  readonly deadLetterQueueUrl: string;
  readonly replayQueueUrl: string;
  readonly replayQueueArn: string;
  readonly table: string;
  readonly region: string;
  /** For processes that use AWS's SDK. */
  readonly awsEnvironment: Readonly<Record<string, string>>;
};

export type ServicesOptions = {
  readonly names: Pick<Names, 'table' | 'deadLetterQueue' | 'replayQueue'>;
  readonly report: (line: string) => void;
  /** MONGODB_URI and KAFKA_BOOTSTRAP_SERVERS of it are used where they are set. */
  readonly env?: NodeJS.ProcessEnv;
};

const REACH_TIMEOUT_MS = 10_000;

/** Starts what the deployables need, side by side, and resolves once all of it answers. */
export async function startServices(
  run: Run,
  { names, report, env = process.env }: ServicesOptions,
): Promise<Services & Pick<LocalSqs, 'deadLettersOf'> & AsyncDisposable> {
  // owns what lives in this process, also where a neighbour fails to start; the run owns the processes
  await using starting = new AsyncDisposableStack();
  const own = async <T extends AsyncDisposable>(service: Promise<T>): Promise<T> => starting.use(await service);
  const options: LocalServiceOptions = { report, env };
  const [{ mongodbUri }, { kafkaBootstrapServers }, { dynamodbEndpoint }, { s3Endpoint, sqsEndpoint, ...queues }] =
    await Promise.all([
      startMongodb(run, options),
      startOrReachKafka(run, options),
      own(startDynamodb(names.table)),
      own(startSqs(names)),
    ]);
  report(`DynamoDB  dynalite, in this process, at ${dynamodbEndpoint}`);
  report(`SQS, S3   fauxqs, in this process, at ${sqsEndpoint}`);
  const { claimCheckBucket, deadLetterQueueUrl, replayQueueUrl, replayQueueArn, deadLettersOf } = queues;
  const started = starting.move();
  return {
    mongodbUri,
    kafkaBootstrapServers,
    dynamodbEndpoint,
    sqsEndpoint,
    s3Endpoint,
    claimCheckBucket,
    deadLetterQueueUrl,
    replayQueueUrl,
    replayQueueArn,
    table: names.table,
    region: LOCAL_REGION,
    awsEnvironment: awsEnvironmentOf({ dynamodbEndpoint, sqsEndpoint, s3Endpoint }),
    deadLettersOf,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function startOrReachKafka(
  run: Run,
  { report, env }: LocalServiceOptions,
): Promise<{ kafkaBootstrapServers: string }> {
  const own = env.KAFKA_BOOTSTRAP_SERVERS;
  if (own) {
    await reachKafka(own, REACH_TIMEOUT_MS);
    report(`Kafka     your own, at ${own}`);
    return { kafkaBootstrapServers: own };
  }
  const { bootstrapServers } = await startKafka(run, { report });
  report(`Kafka     Apache Kafka, one node, at ${bootstrapServers}`);
  return { kafkaBootstrapServers: bootstrapServers };
}
