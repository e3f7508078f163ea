import { GetBootstrapBrokersCommand, type GetBootstrapBrokersResponse, KafkaClient } from '@aws-sdk/client-kafka';
import { ConfigError, messageOf, type Problem, RetriableError } from '../../connect/errors.ts';
import { iamAuth, type KafkaAuth, NO_AUTH, scramAuth, TLS_AUTH } from './auth.ts';

/** Which field of an MSK cluster's answer has the brokers for a kind of login. */
const MSK_FIELDS = {
  none: 'BootstrapBrokerString',
  tls: 'BootstrapBrokerStringTls',
  scram: 'BootstrapBrokerStringSaslScram',
  iam: 'BootstrapBrokerStringSaslIam',
} as const satisfies Record<string, keyof GetBootstrapBrokersResponse>;

type AuthKind = keyof typeof MSK_FIELDS;

/** The environment variables that say where Kafka is and how to log in. */
export type KafkaEnvironment = {
  readonly KAFKA_BOOTSTRAP_SERVERS?: string | undefined;
  readonly MSK_CLUSTER_ARN?: string | undefined;
  readonly KAFKA_AUTH?: string | undefined;
  readonly KAFKA_USERNAME?: string | undefined;
  readonly KAFKA_PASSWORD?: string | undefined;
  readonly AWS_REGION?: string | undefined;
};

export type KafkaAddress = { readonly bootstrapServers: readonly string[]; readonly auth: KafkaAuth };

/** Asks MSK for a cluster's brokers. */
export type GetBootstrapBrokers = (clusterArn: string, region: string) => Promise<GetBootstrapBrokersResponse>;

/**
 * Where Kafka is: `KAFKA_BOOTSTRAP_SERVERS`, or the brokers of `MSK_CLUSTER_ARN`, which CloudFormation can't tell.
 *
 * @throws ConfigError CONFIG_INVALID; RetriableError KAFKA_UNREACHABLE where MSK does not answer
 */
export async function kafkaAddressOf(
  env: KafkaEnvironment,
  getBootstrapBrokers: GetBootstrapBrokers = askMsk,
): Promise<KafkaAddress> {
  const problems: Problem[] = [];
  const servers = listOf(env.KAFKA_BOOTSTRAP_SERVERS);
  const clusterArn = env.MSK_CLUSTER_ARN?.trim() ?? '';
  const kind = (env.KAFKA_AUTH?.trim().toLowerCase() || (clusterArn ? 'iam' : 'none')) as AuthKind;
  const region = clusterArn.split(':')[3] || env.AWS_REGION || '';
  const refuse = (property: keyof KafkaEnvironment, message: string) => problems.push({ property, message });
  if (servers.length > 0 === (clusterArn !== '')) {
    refuse('KAFKA_BOOTSTRAP_SERVERS', 'Expected either KAFKA_BOOTSTRAP_SERVERS or MSK_CLUSTER_ARN to be set');
  }
  for (const server of servers.filter((each) => !/^.+:\d+$/.test(each))) {
    refuse('KAFKA_BOOTSTRAP_SERVERS', `Expected host:port between commas, got '${server}'`);
  }
  if (clusterArn !== '' && !/^arn:[^:]+:kafka:[^:]+:\d*:cluster\/.+/.test(clusterArn)) {
    refuse('MSK_CLUSTER_ARN', `Expected the ARN of an MSK cluster, got '${clusterArn}'`);
  }
  if (!Object.hasOwn(MSK_FIELDS, kind)) {
    refuse('KAFKA_AUTH', `Expected one of ${Object.keys(MSK_FIELDS).join(', ')}, got '${kind}'`);
  }
  if (kind === 'scram' && !(env.KAFKA_USERNAME && env.KAFKA_PASSWORD)) {
    refuse('KAFKA_USERNAME', 'Expected KAFKA_USERNAME and KAFKA_PASSWORD with KAFKA_AUTH=scram');
  }
  if (kind === 'iam' && region === '') refuse('AWS_REGION', 'Expected a region with KAFKA_AUTH=iam');
  if (problems.length > 0) throw new ConfigError(problems);
  const auth = authOf(kind, env, region);
  if (servers.length > 0) return { bootstrapServers: servers, auth };
  return { bootstrapServers: await brokersOfMsk(clusterArn, region, kind, getBootstrapBrokers), auth };
}

function authOf(kind: AuthKind, env: KafkaEnvironment, region: string): KafkaAuth {
  switch (kind) {
    case 'none':
      return NO_AUTH;
    case 'tls':
      return TLS_AUTH;
    case 'scram':
      return scramAuth(env.KAFKA_USERNAME ?? '', env.KAFKA_PASSWORD ?? '');
    case 'iam':
      return iamAuth(region);
  }
}

async function brokersOfMsk(
  clusterArn: string,
  region: string,
  kind: AuthKind,
  getBootstrapBrokers: GetBootstrapBrokers,
): Promise<string[]> {
  let answer: GetBootstrapBrokersResponse;
  try {
    answer = await getBootstrapBrokers(clusterArn, region);
  } catch (error) {
    const message = `MSK did not tell the brokers of ${clusterArn}: ${messageOf(error)}`;
    throw new RetriableError('KAFKA_UNREACHABLE', message, { cause: error });
  }
  const servers = listOf(answer[MSK_FIELDS[kind]]);
  if (servers.length > 0) return servers;
  const message = `Expected an MSK cluster that offers the login '${kind}', but ${clusterArn} has no brokers for it`;
  throw new ConfigError([{ property: 'KAFKA_AUTH', message }]);
}

async function askMsk(clusterArn: string, region: string): Promise<GetBootstrapBrokersResponse> {
  const client = new KafkaClient({ region });
  try {
    return await client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn }));
  } finally {
    client.destroy();
  }
}

const listOf = (text = ''): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
