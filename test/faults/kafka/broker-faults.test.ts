import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_AUTH } from '../../../functions/aws/kafka/auth.ts';
import { connectProducer } from '../../../functions/aws/kafka/connect-producer.ts';
import type { Producer } from '../../../functions/aws/kafka/producer.ts';
import { localKafka } from '../../../infra/local/kafka-client.ts';
import { notingLog } from '../../support/silent-log.ts';
import { until } from '../../support/until.ts';
import { cutConnections, faultRound } from './broker-faults.ts';
import { plainKafkajs } from './kafkajs-producer.ts';
import { type Sent, sendLoad } from './load.ts';
import { readBack, type Verdict } from './read-back.ts';
import { openThreeBrokers, type ThreeBrokers, TOPIC } from './three-brokers.ts';

// `npm run faults` asks for three minutes; without it each fault comes once
const LONG_MS = Number(process.env.TAILRACE_FAULTS_SECONDS ?? 0) * 1000;
const IS_LONG = LONG_MS > 0;
const PER_SECOND = 5000;
const PAUSE_MS = IS_LONG ? 20_000 : 8000;
const TIMEOUT_MS = LONG_MS + 240_000;

const report = (line: string) => void process.stderr.write(`${line}\n`);

describe('a cluster of three brokers under faults', () => {
  let cluster: ThreeBrokers;
  beforeAll(async () => {
    cluster = await openThreeBrokers(report);
  }, TIMEOUT_MS);
  afterAll(() => cluster?.[Symbol.asyncDispose](), TIMEOUT_MS);

  /** Load and faults side by side, and what the topic holds afterwards. */
  async function run(producer: Producer): Promise<{ sent: Sent; verdict: Verdict }> {
    const end = new AbortController();
    const began = performance.now();
    const load = sendLoad(producer, TOPIC, PER_SECOND, end.signal);
    const cuts = cutConnections(cluster, end.signal);
    try {
      let round = 0;
      do {
        await Promise.race([faultRound(cluster, round, { pauseMs: PAUSE_MS, report }), failureOf(load)]);
        round += 1;
      } while (performance.now() - began < LONG_MS);
    } finally {
      end.abort();
    }
    const sent = await load;
    await cuts;
    await cluster.awaitInSync();
    return { sent, verdict: await readBack(localKafka(cluster.bootstrapServers), TOPIC, sent.byKey) };
  }

  test(
    'every record that was sent is stored once and in the order of its key',
    async () => {
      const log = notingLog();
      const metrics: string[] = [];
      await using producer = await connectProducer({
        bootstrapServers: cluster.bootstrapServers.split(','),
        auth: NO_AUTH,
        transactionalId: `faults-${randomUUID()}`,
        overrides: {},
        topicCreation: {},
        bufferBytes: 32_000_000,
        log,
        metrics: { add: (name) => metrics.push(name) },
      });
      const { sent, verdict } = await run(producer);
      const retries = log.lines.filter(({ message }) => message === 'Batch sent again').length;
      report(
        `Sent ${sent.total}, retried ${retries} batches, slowest ${Math.round(sent.slowestMs)} ms, ${JSON.stringify(verdict)}`,
      );
      expect(verdict).toEqual({ lost: 0, doubled: 0, disordered: 0, stored: sent.total });
      expect(metrics).toEqual([]);
      // the faults met the load
      expect(sent.total).toBeGreaterThan(50_000);
      expect(retries).toBeGreaterThan(20);
    },
    TIMEOUT_MS,
  );

  test.runIf(IS_LONG)(
    'the same load through kafkajs’s own send, for comparison',
    async () => {
      // the admin's own connections were cut as well, and it gives up at once
      await until('the topic is empty', () =>
        emptyTopic(cluster).then(
          () => true,
          () => false,
        ),
      );
      await using producer = await plainKafkajs(cluster.bootstrapServers);
      const outcome = await run(producer).catch((error: Error) => error);
      const verdict = outcome instanceof Error ? undefined : outcome.verdict;
      report(
        outcome instanceof Error
          ? `kafkajs's send failed: ${outcome.message}`
          : `kafkajs's send: ${JSON.stringify(verdict)} of ${outcome.sent.total}`,
      );
      // what the suite asks for can be missed
      expect(verdict).not.toMatchObject({ lost: 0, doubled: 0, disordered: 0 });
    },
    TIMEOUT_MS,
  );
});

async function emptyTopic({ admin }: ThreeBrokers): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(TOPIC);
  const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
  await admin.deleteTopicRecords({ topic: TOPIC, partitions });
}

/** Rejects where the load fails, and never resolves: the faults set the pace. */
const failureOf = (load: Promise<unknown>): Promise<never> =>
  new Promise((_, reject) => {
    load.catch(reject);
  });
