import { expect, test } from 'vitest';
import { ConfigError, RetriableError } from '../../../functions/connect/errors.ts';
import { type DeploymentAnswer, onDeployment } from '../../../functions/topics/on-deployment.ts';
import type { DeploymentEvent, TopicsRequest } from '../../../functions/topics/request.ts';
import { silentLog } from '../../support/silent-log.ts';

const event = (changes: Partial<DeploymentEvent> = {}): DeploymentEvent => ({
  RequestType: 'Create',
  ResponseURL: 'https://example.net/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'topics',
  // numbers come as texts
  ResourceProperties: {
    ServiceToken: 'arn',
    ClusterArn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/c/1',
    Topics: [{ Name: 'shop.orders', Partitions: '6', ReplicationFactor: '3', Configs: { 'retention.ms': '-1' } }],
  },
  ...changes,
});

/** Runs one event with five minutes of time, on a clock that only sleeping moves. */
async function run(given: DeploymentEvent, make: (attempt: number) => Error | undefined = () => undefined) {
  const answers: DeploymentAnswer[] = [];
  const requests: TopicsRequest[] = [];
  let time = 0;
  await onDeployment(given, 300_000, {
    log: silentLog,
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
    answer: async (_, answer) => void answers.push(answer),
    async make(request) {
      requests.push(request);
      const failure = make(requests.length);
      if (failure) throw failure;
    },
  });
  return { answers, requests, time };
}

test.each(['Create', 'Update'] as const)('makes the declared topics at %s', async (RequestType) => {
  const { answers, requests } = await run(event({ RequestType }));
  expect(answers).toEqual([{ status: 'SUCCESS' }]);
  expect(requests).toEqual([
    {
      clusterArn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/c/1',
      topics: [{ name: 'shop.orders', partitions: 6, replicationFactor: 3, configs: { 'retention.ms': '-1' } }],
    },
  ]);
});

test('leaves every topic where the stack is deleted', async () => {
  const { answers, requests } = await run(event({ RequestType: 'Delete' }));
  expect({ answers, requests }).toEqual({ answers: [{ status: 'SUCCESS' }], requests: [] });
});

test('waits for rights that have not spread yet', async () => {
  const refused = new ConfigError([{ property: 'topics', message: 'no' }], 'KAFKA_REFUSED');
  const { answers, requests } = await run(event(), (attempt) => (attempt < 10 ? refused : undefined));
  expect(answers).toEqual([{ status: 'SUCCESS' }]);
  expect(requests).toHaveLength(10);
});

test.each([
  [
    'a refusal that stays',
    new ConfigError([{ property: 'topics', message: 'Kafka refused the topic a: NO' }], 'KAFKA_REFUSED'),
    'KAFKA_REFUSED: topics: Kafka refused the topic a: NO',
  ],
  [
    'brokers that never answer',
    new RetriableError('KAFKA_UNREACHABLE', 'No broker answered'),
    'KAFKA_UNREACHABLE: No broker answered',
  ],
  ['a mistake of ours', new TypeError('x is not a function'), 'unexpected: x is not a function'],
])('tells the deployment of %s, in time to be heard', async (_, failure, reason) => {
  const { answers, time } = await run(event(), () => failure);
  expect(answers).toEqual([{ status: 'FAILED', reason }]);
  expect(time).toBeLessThan(300_000 - 5_000);
});

test('a template that does not fit is told at once, by its properties', async () => {
  const { answers, requests } = await run(event({ ResourceProperties: { ClusterArn: 'arn', Topics: [{}] } }));
  expect(requests).toEqual([]);
  expect(answers[0]?.status).toBe('FAILED');
  expect(answers[0]?.reason).toMatch(/^CONFIG_INVALID: Topics\.0\.Name: /);
});

test('a reason fits into an answer', async () => {
  const { answers } = await run(event(), () => new Error('x'.repeat(10_000)));
  expect(answers[0]?.reason?.length).toBeLessThanOrEqual(1000);
});
