import { expect, test } from 'vitest';
import { planPut } from '../../../../../functions/connectors/mongodb/sink/plan-put.ts';
import { sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { rateLimiter } from '../../../../../functions/connectors/mongodb/sink/rate-limiter.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { writeNamespace } from '../../../../../functions/connectors/mongodb/sink/write-namespace.ts';
import { toRecord } from './conformance/to-record.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

test('every n-th batch is followed by a pause, also across puts', () => {
  const next = rateLimiter(3, 50);
  expect(Array.from({ length: 7 }, next)).toEqual([0, 0, 50, 0, 0, 50, 0]);
});

/** Writes one record per batch; notes sends and pauses. */
async function write(count: number, deadline: number) {
  const config = sinkConfig.parse({
    name: 's',
    'connector.class': 'MongoSink',
    topics: 't',
    database: 'db',
    'max.batch.size': '1',
    'rate.limiting.every.n': '2',
    'rate.limiting.timeout': '400',
  });
  const records = Array.from({ length: count }, (_, id) => toRecord({ value: `{"_id":${id}}` }, id));
  const [{ batches, namespace } = { batches: [], namespace: { database: '', collection: '' } }] = planPut(
    records,
    topicSettings(config, SETTINGS_DEPS),
  ).namespaces;
  const noted: string[] = [];
  let now = 0;
  const { outcomes } = await writeNamespace(namespace, batches, deadline, {
    async send({ statements }) {
      noted.push('send');
      return { count: statements.length, upserted: [], writeErrors: [], concernError: undefined };
    },
    find: async () => [],
    now: () => now,
    async sleep(ms) {
      noted.push(`pause ${ms}`);
      now += ms;
    },
  });
  return { noted, statuses: records.map((_, index) => outcomes.get(index)?.status) };
}

test('the pause is behind the batch, also behind the last one', async () => {
  const { noted, statuses } = await write(4, 10_000);
  expect(noted).toEqual(['send', 'send', 'pause 400', 'send', 'send', 'pause 400']);
  expect(new Set(statuses)).toEqual(new Set(['written']));
});

test('a pause ends with the invocation, and what is behind it comes again', async () => {
  const { noted, statuses } = await write(3, 300);
  expect(noted).toEqual(['send', 'send', 'pause 300']);
  expect(statuses).toEqual(['written', 'written', 'unsettled']);
});
