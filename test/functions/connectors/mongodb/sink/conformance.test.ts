import { describe, expect, test } from 'vitest';
import type { OpenSink } from '../../../../../functions/connect/connector.ts';
import { ConfigError, ConnectorError, type Problem } from '../../../../../functions/connect/errors.ts';
import type { Outcome } from '../../../../../functions/connect/outcomes.ts';
import { topicPartitionOf } from '../../../../../functions/connect/records.ts';
import { openSink } from '../../../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { planPut } from '../../../../../functions/connectors/mongodb/sink/plan-put.ts';
import { type SinkConfig, sinkConfig } from '../../../../../functions/connectors/mongodb/sink/properties.ts';
import { topicSettings } from '../../../../../functions/connectors/mongodb/sink/topic-plans.ts';
import { loadTransformers } from '../../../../../functions/connectors/mongodb/sink/transformers.ts';
import { silentLog } from '../../../../support/silent-log.ts';
import { type Case, type Created, type DeadLetter, type Expected, FOLDER, readCases } from './conformance/case-file.ts';
import { expectBatches, type OurBatch } from './conformance/compare.ts';
import { expectProblems } from './conformance/expect-problems.ts';
import { loadTransformer } from './conformance/load-transformer.ts';
import { matches } from './conformance/matches.ts';
import { otherwise } from './conformance/otherwise.ts';
import { scriptedServer, type Written } from './conformance/scripted-server.ts';
import { toModel } from './conformance/to-model.ts';
import { toRecord } from './conformance/to-record.ts';
import { SETTINGS_DEPS } from './settings-deps.ts';

const FRAMEWORK = { name: 'conformance', 'connector.class': 'MongoSinkConnector' };
/** The records of a case name their converters themselves. */
const OWN = { 'key.converter': 'StringConverter' };

/** Of the server's clock: retries end. */
const DEADLINE = 2000;

const read = ({ props }: Case) => sinkConfig.validate({ ...FRAMEWORK, ...props, ...OWN });

for (const [file, cases] of readCases(FOLDER)) {
  describe(file, () => {
    for (const vector of cases) {
      const reason = otherwise(vector, read(vector).problems);
      if (reason) test.skip(`${vector.name}: ${reason}`, () => undefined);
      else test(vector.name, () => run(vector));
    }
  });
}

async function run(vector: Case): Promise<void> {
  const { problems, config } = read(vector);
  const wanted = vector.improved ?? vector.expected;
  const isRefused = (wanted.configErrors?.length ?? 0) > 0 || wanted.validateThrows !== undefined;
  if (isRefused || wanted.throws?.stage === 'start' || problems.length > 0) {
    expectProblems(config ? await startProblems(config) : problems, wanted);
  } else if (vector.mode === undefined && config) await expectPut(vector, config, wanted);
}

/** What is found only when the classes are made. */
async function startProblems(config: SinkConfig): Promise<readonly Problem[]> {
  try {
    await openAt(scriptedServer({}), config);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

type Server = ReturnType<typeof scriptedServer>;

function openAt(server: Server, config: SinkConfig, now = () => 0): Promise<OpenSink> {
  const deps = { log: silentLog, metrics: { add: () => undefined }, now, loadModule: loadTransformer };
  return openSink(config, server, deps, () => Promise.resolve());
}

type Result = { outcomes: readonly Outcome[]; server: Server; error?: ConnectorError };

async function put(vector: Case, config: SinkConfig): Promise<Result> {
  const server = scriptedServer(vector.server ?? {});
  const sink = await openAt(server, config, server.now);
  try {
    return { outcomes: await sink.put((vector.records ?? []).map(toRecord), DEADLINE), server };
  } catch (error) {
    if (error instanceof ConnectorError) return { outcomes: [], server, error };
    throw error;
  }
}

async function expectPut(vector: Case, config: SinkConfig, wanted: Expected): Promise<void> {
  const { outcomes, server, error } = await put(vector, config);
  const records = (vector.records ?? []).map(toRecord);
  const transformers = await loadTransformers(config.originals, loadTransformer);
  const settingsOf = topicSettings(config, { ...SETTINGS_DEPS, transformers });
  const isHeld = (outcome: Outcome, index: number) =>
    outcome.status === 'unsettled' ||
    (outcome.status === 'rejected' && settingsOf(records[index]!.topic)?.tolerance === 'none');
  expect(error !== undefined || outcomes.some(isHeld), 'the put fails').toBe(wanted.throws !== undefined);
  // what is written before a failure is written again, so how much that is does not count
  if (wanted.throws) return;
  const rejected = outcomes.flatMap((outcome, index): DeadLetter[] => {
    if (outcome.status !== 'rejected') return [];
    const { topic, partition, offset } = records[index]!;
    return [{ topic, partition, offset, class: outcome.class, message: outcome.error.message }];
  });
  expectDeadLetters(rejected, wanted.deadLetters ?? []);
  if (wanted.written) expectWritten(server.written, wanted.written);
  if (wanted.batches && isEncodable(wanted)) {
    expectBatches(batchesOf(vector, settingsOf), wanted.batches, vector);
    expect(server.pauses).toBe(wanted.batches.filter(({ pausedAfter }) => pausedAfter).length);
  }
  if (wanted.created) expectCreated(server.created, wanted.created);
}

/** A model that can't be encoded is in a batch of the peer; here its record is rejected before. */
const isEncodable = ({ batches = [], written }: Expected): boolean =>
  written === undefined && batches.every(({ models }) => models.every((model) => !('error' in model)));

const batchesOf = ({ records = [] }: Case, settingsOf: ReturnType<typeof topicSettings>): OurBatch[] =>
  planPut(records.map(toRecord), settingsOf).namespaces.flatMap(({ namespace, batches }) =>
    batches.map(({ isOrdered, writes }) => ({
      namespace: `${namespace.database}.${namespace.collection}`,
      ordered: isOrdered,
      models: writes.map(({ command, statement }) => toModel(command, statement)),
    })),
  );

function expectDeadLetters(ours: readonly DeadLetter[], theirs: readonly DeadLetter[]): void {
  const positions = (letters: readonly DeadLetter[]) =>
    letters.map((letter) => `${topicPartitionOf(letter)}@${letter.offset}`).sort();
  expect(positions(ours)).toEqual(positions(theirs));
  for (const letter of theirs) {
    if (typeof letter.class !== 'string' || !letter.class.startsWith('com.mongodb.kafka.connect.sink.dlq.')) continue;
    const own = ours.find((candidate) => positions([candidate])[0] === positions([letter])[0]);
    expect([own?.class, own?.message]).toEqual([letter.class, letter.message]);
  }
}

function expectCreated(ours: readonly Created[], theirs: readonly Created[]): void {
  const sorted = (list: readonly Created[]) => [...list].sort((a, b) => a.namespace.localeCompare(b.namespace));
  expect(sorted(ours)).toEqual(sorted(theirs));
}

function expectWritten(ours: readonly Written[], theirs: NonNullable<Expected['written']>): void {
  const isSame = matches(ours, theirs, new Map(), true);
  expect(isSame ? theirs : ours).toEqual(theirs);
}
