import { MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { timeSeriesCollections } from '../../../../../../functions/connectors/mongodb/sink/time-series/collections.ts';

const NAMESPACE = { database: 'db', collection: 'c' };
const PLAIN = { timeField: 'ts', metaField: '', granularity: '', expireAfterSeconds: 0 };
const refusal = (code: number) => new MongoServerError({ ok: 0, code, errmsg: `code ${code}` });

type Answer = Record<string, unknown> | Error;

/** A server that gives these answers, the last one again and again; its clock moves with the pauses only. */
function server(...answers: readonly Answer[]) {
  const commands: string[] = [];
  let now = 0;
  const ensure = timeSeriesCollections({
    async run(_database, command) {
      const answer = answers[Math.min(commands.length, answers.length - 1)]!;
      commands.push(Object.keys(command)[0]!);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
  });
  return { commands, ensure: (timeSeries = PLAIN) => ensure(NAMESPACE, timeSeries, 1000) };
}

test.each<[string, Answer[], string[], string | undefined]>([
  ['a time series is left as it is', [{ timeseries: {}, nindexes: 1 }], ['collStats'], undefined],
  ['a missing collection is made', [{ nindexes: 0 }, { ok: 1 }], ['collStats', 'create'], undefined],
  [
    'an ordinary collection is refused',
    [{ nindexes: 1 }, { cursor: { firstBatch: [{ options: {} }] } }],
    ['collStats', 'listCollections'],
    'A collection already exists for: `db.c` that is not a timeseries collection.',
  ],
  [
    'another instance may make it first',
    [{ nindexes: 0 }, refusal(48), { timeseries: {} }],
    ['collStats', 'create', 'collStats'],
    undefined,
  ],
  [
    'somebody may make an ordinary one',
    [{ nindexes: 0 }, refusal(48), { nindexes: 1 }, { cursor: { firstBatch: [] } }],
    ['collStats', 'create', 'collStats', 'listCollections'],
    'A collection already exists for: `db.c` that is not a timeseries collection.',
  ],
  [
    'also where the user may not list collections',
    [{ nindexes: 1 }, refusal(13)],
    ['collStats', 'listCollections'],
    'A collection already exists for: `db.c` that is not a timeseries collection.',
  ],
  [
    'a server may say it in the options only',
    [{ nindexes: 1 }, { cursor: { firstBatch: [{ options: { timeseries: {} } }] } }],
    ['collStats', 'listCollections'],
    undefined,
  ],
  ['a server may know no statistics of what is missing', [refusal(26), { ok: 1 }], ['collStats', 'create'], undefined],
  ['a missing privilege is refused', [refusal(13)], ['collStats'], 'Failed to create collection for: `db.c`: code 13'],
  [
    'wrong options are refused',
    [{ nindexes: 0 }, refusal(72)],
    ['collStats', 'create'],
    'Failed to create collection for: `db.c`: code 72',
  ],
  [
    'an outage that ends in time is waited for',
    [new MongoNetworkError('down'), { timeseries: {} }],
    ['collStats', 'collStats'],
    undefined,
  ],
])('%s', async (_, answers, commands, message) => {
  const { ensure, commands: sent } = server(...answers);
  expect((await ensure())?.message).toBe(message);
  expect(sent).toEqual(commands);
});

test('an outage until the deadline makes the records come again', async () => {
  const error = await server(new MongoNetworkError('down')).ensure();
  expect(error).toMatchObject({ name: 'RetriableError', code: 'MONGODB_TRANSIENT' });
});

test('a collection is looked at once, but one that is refused each time', async () => {
  const good = server({ timeseries: {} });
  await good.ensure();
  await good.ensure();
  expect(good.commands).toEqual(['collStats']);
  const bad = server({ nindexes: 1 });
  await bad.ensure();
  await bad.ensure();
  expect(bad.commands).toEqual(['collStats', 'listCollections', 'collStats', 'listCollections']);
});
