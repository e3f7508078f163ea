import { expect, test } from 'vitest';
import type { Cluster } from '../../../../functions/aws/kafka/cluster.ts';
import type { BrokerConnection } from '../../../../functions/aws/kafka/kafkajs-broker.ts';
import { claimProducerId } from '../../../../functions/aws/kafka/producer-id.ts';

const options = { transactionalId: 'tailrace-orders', timeoutMs: 350, now: () => performance.now() };

/** A coordinator that gives these error codes one after the other, the last one for ever. */
function fakeCoordinator(codes: number[], maxVersion = 5) {
  const bodies: Buffer[] = [];
  const connection = {
    host: 'broker',
    port: 1,
    maxVersion: () => maxVersion,
    requestRaw: async ({ body }: { body: readonly Buffer[] }) => {
      bodies.push(Buffer.concat(body));
      const answer = Buffer.alloc(18);
      answer.writeInt16BE(codes.length > 1 ? codes.shift()! : codes[0]!, 5);
      answer.writeBigInt64BE(4711n, 7);
      answer.writeInt16BE(3, 15);
      return answer;
    },
  } as Partial<BrokerConnection> as BrokerConnection;
  const cluster = {
    coordinator: async () => ({ errorCode: 0, nodeId: 1 }),
    node: async () => connection,
    drop: () => undefined,
  } as Partial<Cluster> as Cluster;
  return { cluster, bodies };
}

test('a coordinator that is still loading, as on a fresh broker, is asked again', async () => {
  const { cluster, bodies } = fakeCoordinator([14, 16, 0]);
  expect(await claimProducerId(cluster, options)).toMatchObject({ producerId: 4711n, epoch: 3 });
  expect(bodies).toHaveLength(3);
});

test('asks with the transactional id and, to raise the epoch, with the id and epoch it has', async () => {
  const { cluster, bodies } = fakeCoordinator([0]);
  await claimProducerId(cluster, options, { producerId: 7n, epoch: 2 });
  const [body] = bodies;
  expect(body!.subarray(1, 16).toString()).toBe('tailrace-orders');
  expect([body![0], body!.readBigInt64BE(20), body!.readInt16BE(28), body!.length]).toEqual([16, 7n, 2, 31]);
});

test.each([
  [47, 'StoppedError', 'PRODUCER_FENCED'],
  [90, 'StoppedError', 'PRODUCER_FENCED'],
  // the id was forgotten and claimed by another since
  [49, 'StoppedError', 'PRODUCER_FENCED'],
  [53, 'ConfigError', 'KAFKA_REFUSED'],
  [14, 'RetriableError', 'KAFKA_UNREACHABLE'],
])('code %d for good is a %s %s', async (code, name, errorCode) => {
  const { cluster } = fakeCoordinator([code]);
  const claiming = claimProducerId(cluster, options, { producerId: 7n, epoch: 2 });
  await expect(claiming).rejects.toMatchObject({ name, code: errorCode });
  await expect(claiming).rejects.toThrow('tailrace-orders');
});

test('a broker older than Kafka 2.5 is refused by name', async () => {
  const { cluster } = fakeCoordinator([0], 2);
  await expect(claimProducerId(cluster, options)).rejects.toThrow('Expected Kafka 2.5 or newer');
});
