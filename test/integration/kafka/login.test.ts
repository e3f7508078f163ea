import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SASLOptions } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scramAuth } from '../../../functions/aws/kafka/auth.ts';
import { openRun, type Run } from '../../../infra/local/processes.ts';
import { until } from '../../support/until.ts';
import { type LoginBroker, startLoginBroker } from './login-broker.ts';
import { openTestProducer } from './producer.ts';

// `npm run faults` has the time for MSK-like half minutes
const IS_LONG = Number(process.env.TAILRACE_FAULTS_SECONDS ?? 0) > 0;
const REAUTHENTICATE_MS = IS_LONG ? 30_000 : 12_000;
const RUN_MS = IS_LONG ? 75_000 : 9000;

describe('a broker that wants TLS and a login', () => {
  let run: Run;
  let broker: LoginBroker;
  const open = (sasl: SASLOptions) =>
    openTestProducer(broker.bootstrapServers, { auth: { ssl: { ca: broker.ca }, sasl } });
  const admin: SASLOptions = { mechanism: 'plain', username: 'admin', password: 'secret' };

  beforeAll(async () => {
    run = await openRun();
    broker = await startLoginBroker(run, REAUTHENTICATE_MS);
    const isReady = () =>
      open(admin)
        .then((producer) => producer.close())
        .then(
          () => true,
          () => false,
        );
    await until('the broker takes logins', isReady, 60_000);
  });
  afterAll(() => run[Symbol.asyncDispose]());

  const send = (producer: Awaited<ReturnType<typeof open>>, topic: string) =>
    producer.send([{ topic, key: Buffer.from('k'), value: Buffer.from('v') }]);

  test('a user of SCRAM-SHA-512, MSK’s kind, produces', async () => {
    await broker.addUser('task', 'right');
    const { sasl } = scramAuth('task', 'right');
    await using producer = await open(sasl!);
    await send(producer, `scram-${randomUUID()}`);
  });

  test('a wrong password is the operator’s to change, and is not tried again', async () => {
    const opening = open({ mechanism: 'plain', username: 'admin', password: 'wrong' });
    await expect(opening).rejects.toMatchObject({ name: 'ConfigError', code: 'KAFKA_REFUSED' });
    await expect(opening).rejects.toThrow('Kafka refused the login at 127.0.0.1:');
    await expect(opening).rejects.not.toThrow('wrong');
  });

  test('a certificate that nobody vouches for is named', async () => {
    const opening = openTestProducer(broker.bootstrapServers, { auth: { ssl: {}, sasl: admin } });
    await expect(opening).rejects.toThrow(/self-signed certificate/);
  });

  test(
    'K16: logs in again with a fresh token before the broker’s session ends, and after an idle time longer than it',
    async () => {
      const topic = `oauth-${randomUUID()}`;
      let tokens = 0;
      const oauthBearerProvider = async () => {
        tokens += 1;
        return { value: unsecuredToken() };
      };
      await using producer = await open({ mechanism: 'oauthbearer', oauthBearerProvider });
      await send(producer, topic);
      const first = tokens;
      const end = performance.now() + RUN_MS;
      while (performance.now() < end) {
        await Promise.all([send(producer, topic), send(producer, topic), send(producer, topic)]);
        await sleep(100);
      }
      // about every 2 s (20 s in the long form): 10 s before the session ends
      expect(tokens - first).toBeGreaterThanOrEqual(2);
      await sleep(REAUTHENTICATE_MS + 1000);
      const before = tokens;
      await send(producer, topic);
      expect(tokens).toBeGreaterThan(before);
    },
    RUN_MS + REAUTHENTICATE_MS + 60_000,
  );
});

/** What MSK's signer makes, without the signature: RFC 7515, appendix A.5. */
function unsecuredToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'task', iat: now, exp: now + 3600 })}.`;
}
