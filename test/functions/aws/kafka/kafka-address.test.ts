import { expect, test } from 'vitest';
import { kafkaAddressOf } from '../../../../functions/aws/kafka/kafka-address.ts';

const MSK_CLUSTER_ARN = 'arn:aws:kafka:eu-west-1:123456789012:cluster/main/0a1b-2';

test('brokers of one’s own need no login by default', async () => {
  const address = await kafkaAddressOf({ KAFKA_BOOTSTRAP_SERVERS: 'a:9092, b:9092' });
  expect(address).toEqual({ bootstrapServers: ['a:9092', 'b:9092'], auth: { ssl: null, sasl: null } });
});

test.each([
  [undefined, 'iam:9098', 'oauthbearer'],
  ['scram', 'scram:9096', 'scram-sha-512'],
  ['tls', 'tls:9094', undefined],
])('MSK is asked for the brokers of the login %s', async (kind, server, mechanism) => {
  const env = { MSK_CLUSTER_ARN, KAFKA_AUTH: kind, KAFKA_USERNAME: 'u', KAFKA_PASSWORD: 'p' };
  const { bootstrapServers, auth } = await kafkaAddressOf(env, async (arn, region) => {
    expect([arn, region]).toEqual([MSK_CLUSTER_ARN, 'eu-west-1']);
    return {
      BootstrapBrokerStringSaslIam: 'iam:9098',
      BootstrapBrokerStringSaslScram: 'scram:9096',
      BootstrapBrokerStringTls: 'tls:9094',
    };
  });
  expect([bootstrapServers, auth.ssl, auth.sasl?.mechanism]).toEqual([[server], {}, mechanism]);
});

test.each([
  [{}, 'either KAFKA_BOOTSTRAP_SERVERS or MSK_CLUSTER_ARN'],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'a:1', MSK_CLUSTER_ARN }, 'either KAFKA_BOOTSTRAP_SERVERS or MSK_CLUSTER_ARN'],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'localhost' }, "host:port between commas, got 'localhost'"],
  [{ MSK_CLUSTER_ARN: 'main' }, "the ARN of an MSK cluster, got 'main'"],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'a:1', KAFKA_AUTH: 'kerberos' }, 'Expected one of none, tls, scram, iam'],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'a:1', KAFKA_AUTH: 'scram' }, 'KAFKA_USERNAME and KAFKA_PASSWORD'],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'a:1', KAFKA_AUTH: 'iam' }, 'AWS_REGION'],
])('refuses %o', async (env, message) => {
  await expect(kafkaAddressOf(env)).rejects.toThrow(message);
});

test('a cluster that lacks the login is named', async () => {
  await expect(kafkaAddressOf({ MSK_CLUSTER_ARN }, async () => ({}))).rejects.toThrow(
    "Expected an MSK cluster that offers the login 'iam'",
  );
});

test('MSK out of reach passes, so it is worth another try', async () => {
  const failing = kafkaAddressOf({ MSK_CLUSTER_ARN }, () => Promise.reject(new Error('Throttled')));
  await expect(failing).rejects.toMatchObject({ name: 'RetriableError', code: 'KAFKA_UNREACHABLE' });
});
