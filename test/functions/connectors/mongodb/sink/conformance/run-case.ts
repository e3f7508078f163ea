import { expect } from 'vitest';
import type { Problem } from '../../../../../../functions/connect/errors.ts';
import { type SinkConfig, sinkConfig } from '../../../../../../functions/connectors/mongodb/sink/properties.ts';
import { refuseNotBuilt } from '../../../../../conformance/cannot-run.ts';
import type { Case, Expected } from './case-file.ts';
import { NO_DATABASE, type RealDatabase } from './database.ts';
import { deviationOf } from './deviations.ts';
import { expectEffect } from './expect-effect.ts';
import { expectProblems } from './expect-problems.ts';
import { expectPut } from './expect-put.ts';
import { runPut, startProblems } from './run-put.ts';
import { convertRecords } from './to-record.ts';

const FRAMEWORK = { name: 'conformance', 'connector.class': 'MongoSinkConnector' };
/** The records of a case name their converters themselves. */
const OWN = { 'key.converter': 'StringConverter' };

/** What this runner compares; another member would be passed over in silence. */
const MEMBERS = new Set([
  ...['configErrors', 'validateThrows', 'throws', 'converterErrors', 'created', 'batches', 'deadLetters', 'written'],
  'effect',
]);

const LISTS = ['configErrors', 'converterErrors', 'created', 'batches', 'deadLetters', 'written', 'effect'] as const;

/**
 * Runs a case and compares. Resolves where the result is the wanted one: the peer's, or the better one that the case
 * names, or, for exactly the cases in `deviations.ts`, our own.
 *
 * @throws what `expect` throws, with the difference; CannotRunError where the case needs what is refused by name.
 */
export async function runSinkCase(vector: Case, database: RealDatabase = NO_DATABASE): Promise<void> {
  const { problems, config } = sinkConfig.validate({ ...FRAMEWORK, ...vector.props, ...OWN });
  refuseNotBuilt(problems);
  const wanted = wantedOf(vector);
  if (isRefused(wanted)) expectProblems(config ? await startProblems(config) : problems, wanted);
  else if (vector.mode === undefined) await expectWritten(vector, built(config, problems), wanted, database);
  else {
    built(config, problems);
    // nothing is asked of a server before something is written
    expect(wanted.created ?? []).toEqual([]);
  }
}

/** What has to come out. A result of the peer is whole: what it does not name did not happen. */
function wantedOf(vector: Case): Expected {
  const named = deviationOf(vector)?.wanted(vector.expected) ?? vector.improved;
  const wanted = named ?? { batches: [], created: [], ...vector.expected };
  expect(Object.keys(wanted).filter((member) => !MEMBERS.has(member))).toEqual([]);
  for (const member of LISTS) expect(Array.isArray(wanted[member] ?? []), member).toBe(true);
  expect([undefined, 'start', 'put']).toContain(wanted.throws?.stage);
  return wanted;
}

/** What the peer finds at its start is a problem of the configuration here. */
const isRefused = ({ configErrors = [], validateThrows, throws }: Expected): boolean =>
  configErrors.length > 0 || validateThrows !== undefined || throws?.stage === 'start';

function built(config: SinkConfig | undefined, problems: readonly Problem[]): SinkConfig {
  if (config) return config;
  throw new Error(`Refused: ${problems.map(({ property, message }) => `${property}: ${message}`).join('; ')}`);
}

async function expectWritten(
  vector: Case,
  config: SinkConfig,
  wanted: Expected,
  database: RealDatabase,
): Promise<void> {
  const { errors, records } = convertRecords(vector.records ?? []);
  expect(errors).toEqual(
    (wanted.converterErrors ?? []).map(({ record, side, class: name }) => ({ record, side, class: name })),
  );
  if (wanted.effect) await expectEffect(config, wanted.effect, records, await database.uri());
  else expectPut(vector, wanted, records, await runPut(vector, config, records));
}
