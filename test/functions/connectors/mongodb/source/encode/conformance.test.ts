import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Threads } from '../../../../../../functions/connect/connector.ts';
import { convertersOf } from '../../../../../../functions/connect/converters/configure-converters.ts';
import { convertRecord } from '../../../../../../functions/connect/converters/convert-record.ts';
import { DataError, messageOf } from '../../../../../../functions/connect/errors.ts';
import type { SourceRecord } from '../../../../../../functions/connect/records.ts';
import {
  mongodbSourceConfig,
  type SourceConfig,
} from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { inlineThreads } from '../../../../../support/inline-threads.ts';
import { type Case, readCases } from '../conformance/case-file.ts';
import { type PollResult, runPoll } from '../conformance/run-poll.ts';

const FOLDER = join(import.meta.dirname, '../../../../../conformance/source');
const NOW = Date.UTC(2026, 0, 1);
const FRAMEWORK = { name: 'conformance', 'connector.class': 'MongoSourceConnector' };

/** Every case that reads something, with the converters that its configuration names. */
const polled = readCases(FOLDER).flatMap(({ file, vector }) => {
  if (vector.op !== undefined) return [];
  const { config, problems } = mongodbSourceConfig.validate({
    ...FRAMEWORK,
    ...vector.props,
    'encode.threads': '1',
  });
  return config && problems.length === 0 ? [{ file, vector, config }] : [];
});

for (const [file, cases] of Map.groupBy(polled, (each) => each.file)) {
  describe(file, () => {
    test.each(cases.map(({ config, vector }) => [vector.name, vector, config] as const))(
      '%s: another thread makes the very same bytes and errors',
      async (_, vector, config) => {
        expect(await outcomeOf(vector, config, inlineThreads())).toEqual(await outcomeOf(vector, config));
      },
    );
  });
}

test('the cases put another thread to work', async () => {
  const threads = inlineThreads();
  for (const { config, vector } of polled.slice(0, 20)) await runPoll(vector, config, false, { threads });
  expect(threads.jobs.length).toBeGreaterThan(10);
  expect(threads.running).toBe(0);
});

async function outcomeOf(vector: Case, config: SourceConfig, threads?: Threads) {
  // one time, as it is in messages
  const result = await runPoll(vector, config, false, { now: () => NOW, ...(threads && { threads }) });
  return { error: result.error && messageOf(result.error), batches: result.batches.map(comparable(config)) };
}

function comparable(config: SourceConfig) {
  const converters = convertersOf(config);
  return ({ records, offset, rejected, lastEvents, originOf }: PollResult['batches'][number]) => ({
    offset,
    lastEvents,
    rejected: rejected?.map(({ error, ...event }) => ({ ...event, ...asData(error) })),
    records: records.map((record, place) => ({
      topic: record.topic,
      origin: originOf?.(place),
      ...bytesOf(record, () => convertRecord(converters, record)),
    })),
  });
}

function bytesOf({ converted }: SourceRecord, convert: () => SourceRecord['converted']) {
  let bytes: SourceRecord['converted'];
  try {
    bytes = converted ?? convert();
  } catch (error) {
    bytes = error as DataError;
  }
  if (bytes instanceof DataError) return asData(bytes);
  return { key: bytes?.key && Buffer.from(bytes.key), value: bytes?.value && Buffer.from(bytes.value) };
}

const asData = ({ code, details, message }: DataError) => ({ code, details, message });
