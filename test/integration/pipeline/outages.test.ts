import { expect, test } from 'vitest';
import type { Services } from '../../../infra/local/services.ts';
import { openPipeline } from '../../support/pipeline.ts';
import { openTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const portOf = (address: string) => Number(new URL(address.replace(/^mongodb/, 'http')).port);
const through = (address: string, { port }: TcpProxy) => address.replace(`:${portOf(address)}`, `:${port}`);

test.each<[string, (services: Services, proxy: TcpProxy) => Partial<Services>, (services: Services) => string]>([
  [
    'MongoDB',
    ({ mongodbUri }, proxy) => ({ mongodbUri: `${through(mongodbUri, proxy)}&serverSelectionTimeoutMS=1000` }),
    ({ mongodbUri }) => mongodbUri,
  ],
  [
    'DynamoDB, for longer than a lease',
    ({ awsEnvironment, dynamodbEndpoint }, proxy) => ({
      awsEnvironment: { ...awsEnvironment, AWS_ENDPOINT_URL_DYNAMODB: through(dynamodbEndpoint, proxy) },
    }),
    ({ dynamodbEndpoint }) => dynamodbEndpoint,
  ],
  [
    'S3, with a large value on its way',
    ({ awsEnvironment, s3Endpoint }, proxy) => ({
      awsEnvironment: { ...awsEnvironment, AWS_ENDPOINT_URL_S3: through(s3Endpoint, proxy) },
    }),
    ({ s3Endpoint }) => s3Endpoint,
  ],
])(
  'an outage of %s heals without a person, and nothing is lost',
  async (_, detour, addressOf) => {
    let target = 0;
    await using proxy = await openTcpProxy('127.0.0.1', () => target);
    await using pipeline = await openPipeline({
      sinkTimeoutSeconds: 10,
      through(services) {
        target = portOf(addressOf(services));
        return { ...services, ...detour(services, proxy) };
      },
    });
    const { sink, source, sources } = pipeline;
    const [service] = sources;
    await service!.until('streaming');
    await source.insertOne({ _id: 0 as never });
    await until('the first is copied', async () => (await sink.countDocuments()) === 1);

    proxy.cut();
    await source.insertMany(Array.from({ length: 50 }, (_each, n) => ({ _id: (n + 1) as never })));
    await source.insertOne({ _id: 51 as never, text: 'x'.repeat(2_000_000) });
    await source.insertOne({ _id: 52 as never });
    // longer than the lease of the tests, and than the first pauses between tries
    await new Promise((resolve) => setTimeout(resolve, 3000));
    proxy.heal();
    await until('all are copied', async () => (await sink.countDocuments()) === 53, 60_000);
    expect((await sink.findOne({ _id: 51 as never }))?.text).toHaveLength(2_000_000);
  },
  120_000,
);
