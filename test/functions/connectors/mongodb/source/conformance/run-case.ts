import { expect } from 'vitest';
import type { Problem } from '../../../../../../functions/connect/errors.ts';
import {
  mongodbSourceConfig,
  type SourceConfig,
} from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { partitionOf } from '../../../../../../functions/connectors/mongodb/source/source-partition.ts';
import { refuseNotBuilt } from '../../../../../conformance/cannot-run.ts';
import { type Case, type Expected, type ExpectedRecord, wantedOf } from './case-file.ts';
import {
  expectCopiedRecords,
  expectCopies,
  expectRecords,
  expectRecordsBeforeFailure,
  expectWatches,
} from './compare.ts';
import { deviationOf } from './deviations.ts';
import { expectClient, expectProblems, expectResolved, expectSchema, expectTopics } from './expect-config.ts';
import { expectRefusal } from './peer-words.ts';
import { type PollResult, runPoll } from './run-poll.ts';
import { SENTENCES } from './sentences.ts';

const FRAMEWORK = { name: 'conformance', 'connector.class': 'MongoSourceConnector' };

/**
 * Runs a case and compares. Resolves where the result is the wanted one: the peer's, or the better one that the case
 * names, or, for exactly the cases in `deviations.ts`, our own.
 *
 * @throws what `expect` throws, with the difference; CannotRunError where the case needs what is refused by name.
 */
export async function runSourceCase(vector: Case): Promise<void> {
  const { problems, config } = mongodbSourceConfig.validate({ ...FRAMEWORK, ...vector.props });
  refuseNotBuilt(problems);
  const deviation = deviationOf(vector);
  if (deviation) await deviation.holds(problems, () => runPoll(vector, built(config, problems)));
  else if (typeof vector.improved === 'string') await expectSentence(vector, vector.improved, problems, config);
  else if (problems.length > 0 || wantedOf(vector).configErrors) expectProblems(problems, wantedOf(vector));
  else await expectResult(vector, built(config, problems));
}

function built(config: SourceConfig | undefined, problems: readonly Problem[]): SourceConfig {
  if (config) return config;
  throw new Error(`Refused: ${problems.map(({ property, message }) => `${property}: ${message}`).join('; ')}`);
}

async function expectSentence(
  vector: Case,
  sentence: string,
  problems: readonly Problem[],
  config: SourceConfig | undefined,
): Promise<void> {
  const property = /^A configuration error on (\S+)\.$/.exec(sentence)?.[1];
  if (property !== undefined) {
    expect(problems.map((problem) => problem.property)).toEqual([property]);
    return;
  }
  const holds = SENTENCES[sentence];
  if (!holds) throw new Error(`There is no assertion for: ${sentence}`);
  const own = built(config, problems);
  const poll = (splits?: boolean): Promise<PollResult> => runPoll(vector, own, splits);
  await holds({ vector, config: own, poll });
}

async function expectResult(vector: Case, config: SourceConfig): Promise<void> {
  const wanted = wantedOf(vector);
  switch (vector.op) {
    case 'config':
      return expectResolved(config, wanted.resolved);
    case 'topics':
      return expectTopics(vector, config, wanted.topics);
    case 'schema':
      return expectSchema(config, wanted);
    case 'client':
      return expectClient(config, wanted);
    case undefined:
      return expectPoll(vector, config, wanted);
    default:
      throw new Error(`Unknown op ${vector.op}`);
  }
}

async function expectPoll(vector: Case, config: SourceConfig, wanted: Expected): Promise<void> {
  const polls = wanted.polls ?? [];
  const { batches, copies, error, opened } = await runPoll(vector, config);
  if (wanted.sourcePartition !== undefined) expect(partitionOf(config).ns).toBe(wanted.sourcePartition);
  const isThrowing = wanted.throws !== undefined || polls.some((poll) => poll !== null && 'throws' in poll);
  if (!isThrowing && error) throw error;
  expect(error !== undefined, 'whether it throws').toBe(isThrowing);
  const records = wanted.allRecords ?? polls.flatMap((poll) => (Array.isArray(poll) ? (poll as ExpectedRecord[]) : []));
  const isCopying = vector.collections !== undefined;
  if (error) {
    expectRefusal(error, wanted);
    expectRecordsBeforeFailure(batches, records);
  } else if (isCopying) expectCopiedRecords(vector, batches, records);
  else expectRecords(vector, batches, records);
  expectWatches(vector, opened, wanted.watches ?? []);
  // the peer copies while it takes the token, so that its copy has begun when that fails
  if (!error || copies.length > 0) expectCopies(copies, wanted.copies ?? []);
}
