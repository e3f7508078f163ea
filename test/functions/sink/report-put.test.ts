import { expect, test } from 'vitest';
import { DataError, RetriableError } from '../../../functions/connect/errors.ts';
import { type Outcome, SKIPPED, type Stage, WRITTEN } from '../../../functions/connect/outcomes.ts';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import { reportPut } from '../../../functions/sink/report-put.ts';
import { settle } from '../../../functions/sink/settle.ts';
import { notingLog } from '../../support/silent-log.ts';

const SECRET = 'hunter2';
const rejectedAt = (stage: Stage): Outcome => ({
  status: 'rejected',
  error: new DataError('WRITE_REJECTED', `refused ${SECRET}`, { details: { mongoCode: 121 } }),
  stage,
  class: 'c',
});
const UNSETTLED: Outcome = { status: 'unsettled', error: new RetriableError('MONGODB_TRANSIENT', 'down') };

type Rules = { tolerance?: 'none' | 'all'; conversions?: 'none' | 'all'; logs?: boolean; logsConversions?: boolean };

function report(outcomes: readonly Outcome[], rules: Rules = {}, includesTimes = false) {
  const { tolerance = 'all', conversions = tolerance, logs = false, logsConversions = logs } = rules;
  const records = outcomes.map(
    (_, offset): ConsumedRecord => ({
      topic: 'orders',
      partition: 0,
      offset,
      timestamp: 1_700_000_000_000,
      timestampType: 'CREATE_TIME',
      key: Buffer.from(SECRET),
      value: Buffer.from(SECRET),
      headers: [],
    }),
  );
  const sink = {
    toleranceOf: (_: string, stage: Stage) => (stage === 'TASK_PUT' ? tolerance : conversions),
    logsErrors: (_: string, stage: Stage) => (stage === 'TASK_PUT' ? logs : logsConversions),
  };
  const log = notingLog();
  const sums = new Map<string, number>();
  const metrics = { add: (name: string, value: number) => void sums.set(name, (sums.get(name) ?? 0) + value) };
  const after = settle(records, outcomes, { ...sink, hasPartialResponse: true, isReplay: false });
  reportPut(records, outcomes, after, includesTimes, { sink, log, metrics });
  expect(JSON.stringify(log.lines)).not.toContain(SECRET);
  return { lines: log.lines, sums: Object.fromEntries(sums) };
}

test('counts what became of the records', () => {
  const { lines, sums } = report([WRITTEN, WRITTEN, SKIPPED, rejectedAt('TASK_PUT'), UNSETTLED, WRITTEN]);
  expect(sums).toEqual({ sinkRecords: 6, sinkWritten: 3, sinkSkipped: 1, sinkRejected: 1, sinkUnsettled: 2 });
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Records have to come again',
      fields: { count: 2, code: 'MONGODB_TRANSIENT', reason: 'down' },
    },
  ]);
});

test.each<[string, Rules, Stage, string[]]>([
  ['errors.log.enable names a record that is settled', { logs: true }, 'TASK_PUT', ['Record rejected']],
  ['without it the dead letter says it all', {}, 'TASK_PUT', []],
  // Connect's own property counts for what Connect does
  [
    'of a converter only errors.log.enable counts',
    { logs: false, logsConversions: true },
    'VALUE_CONVERTER',
    ['Record rejected'],
  ],
  ['mongo.errors.log.enable says nothing of a converter', { logs: true, logsConversions: false }, 'KEY_CONVERTER', []],
  ['a record that is held is always said', { tolerance: 'none' }, 'TASK_PUT', ['A record holds its topic-partition']],
  [
    'a converter may hold what the connector would not',
    { conversions: 'none' },
    'VALUE_CONVERTER',
    ['A record holds its topic-partition'],
  ],
])('%s', (_, rules, stage, messages) => {
  const { lines } = report([WRITTEN, rejectedAt(stage)], rules);
  expect(lines.map(({ message }) => message)).toEqual(messages);
  for (const { fields } of lines) {
    expect(fields).toEqual({ position: 'orders-0@1', code: 'WRITE_REJECTED', stage, class: 'c', mongoCode: 121 });
  }
});

test('errors.log.include.messages adds the time of the record, as Kafka Connect does for a sink', () => {
  const [line] = report([rejectedAt('TASK_PUT')], { logs: true }, true).lines;
  expect(line?.fields).toMatchObject({ timestamp: 1_700_000_000_000, timestampType: 'CREATE_TIME' });
});

test('a rejected record behind one that comes again is said once, when it is settled', () => {
  const messages = (outcomes: Outcome[]) => report(outcomes, { logs: true }).lines.map(({ message }) => message);
  expect(messages([UNSETTLED, rejectedAt('TASK_PUT')])).toEqual(['Records have to come again']);
  expect(messages([WRITTEN, rejectedAt('TASK_PUT')])).toEqual(['Record rejected']);
});
