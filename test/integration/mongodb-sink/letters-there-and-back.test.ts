import { randomUUID } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { CLAIM_CHECK_HEADER, fetchValues, storeValues, toReference } from '../../../functions/aws/claim-check.ts';
import { createDeadLetters } from '../../../functions/aws/dead-letters.ts';
import { openS3Objects } from '../../../functions/aws/s3-objects.ts';
import type { OpenSink } from '../../../functions/connect/connector.ts';
import { byteArrayConverter } from '../../../functions/connect/converters/byte-array-converter.ts';
import { DataError } from '../../../functions/connect/errors.ts';
import { type Outcome, WRITTEN } from '../../../functions/connect/outcomes.ts';
import type { ConsumedRecord, SinkRecord } from '../../../functions/connect/records.ts';
import { replayMessages } from '../../../functions/replay/replay-messages.ts';
import { type PutSettings, putInvocation } from '../../../functions/sink/put-invocation.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { receiveDeadLetters } from '../../support/dead-letters.ts';
import { silentLog } from '../../support/silent-log.ts';

const COUNT = 100;

/** What is hard to carry in a text: no bytes, none at all, no UTF-8, and characters that SQS or JSON don't take. */
const bytes = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      '',
      '\uFFFE',
      '\uFFFF',
      '\uFEFFx',
      '\u0000\u0007\u001b',
      '\u007F\u0085',
      '"\\\n',
      '\u2028',
      'null',
      '😀',
    )
    .map((text) => Buffer.from(text)),
  // an unpaired surrogate, as Java may write it: no UTF-8
  fc.constant(Buffer.of(0xed, 0xa0, 0x80)),
);
const name = fc.oneof(
  fc.constantFrom('same', '', 'é\uFFFE', '__proto__', '__connect.errors.stage'),
  fc.string({ maxLength: 6 }),
);
const records = fc.array(
  fc.record({
    partition: fc.nat(3),
    timestamp: fc.oneof(fc.constantFrom(-1, 0, 9e15), fc.nat()),
    timestampType: fc.constantFrom('CREATE_TIME' as const, 'LOG_APPEND_TIME' as const, 'NO_TIMESTAMP_TYPE' as const),
    key: bytes,
    value: bytes,
    headers: fc.array(fc.tuple(name, bytes), { maxLength: 5 }),
  }),
  { minLength: COUNT - 3, maxLength: COUNT - 3 },
);

async function rig(settings: Partial<PutSettings>) {
  const services = inject('services');
  const connector = `letters-${randomUUID().slice(0, 8)}`;
  const aws = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const sqs = new SQSClient({ endpoint: services.sqsEndpoint, ...aws });
  const objects = openS3Objects({ endpoint: services.s3Endpoint, ...aws });
  const store = storeValues(services.claimCheckBucket, objects);
  const rejected: Outcome = {
    status: 'rejected',
    error: new DataError('WRITE_REJECTED', 'refused \uFFFE\u0000'),
    stage: 'TASK_PUT',
    class: 'com.mongodb.kafka.connect.sink.dlq.WriteException',
  };
  let outcome: Outcome = rejected;
  const seen: SinkRecord[] = [];
  const sink: OpenSink = {
    async put(all) {
      seen.push(...all);
      return all.map(() => outcome);
    },
    reads: () => true,
    toleranceOf: () => 'all',
    logsErrors: () => false,
    parkingScopeOf: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const deps = {
    sink,
    converters: { key: byteArrayConverter, value: byteArrayConverter },
    fetchValue: fetchValues(objects),
    sendDeadLetters: createDeadLetters(services.deadLetterQueueUrl, sqs, store),
    log: silentLog,
    metrics: { add: () => undefined },
    now: Date.now,
  };
  const put = (event: unknown) =>
    putInvocation(
      event,
      Date.now() + 60_000,
      { connector, hasPartialResponse: true, contextHeaders: undefined, logsTimes: false, ...settings },
      deps,
    );
  const replay = replayMessages({
    environment: 'local',
    log: silentLog,
    metrics: { add: () => undefined },
    async invoke(_, payload) {
      return { failed: false, payload: JSON.stringify(await put(JSON.parse(payload))) };
    },
    postpone: async () => undefined,
  });
  return {
    put,
    store,
    letters: () => receiveDeadLetters(services, connector),
    replay: (body: string) => replay({ Records: [{ messageId: 'replayed', body }] }),
    /** The records that the sink got since it was asked last, by position. */
    take: () =>
      seen
        .splice(0)
        .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
        .map(asText),
    acceptAll: () => {
      outcome = WRITTEN;
    },
    [Symbol.dispose]: () => sqs.destroy(),
  };
}

/** Bytes as hexadecimal text, which compares and prints quickly. */
const hex = (value: unknown) => (value === null ? null : Buffer.from(value as Uint8Array).toString('hex'));
const asText = ({
  key,
  value,
  headers,
  topic,
  partition,
  offset,
  timestamp,
  timestampType,
}: SinkRecord | ConsumedRecord) => ({
  ...{ topic, partition, offset, timestamp, timestampType },
  ...{ key: hex(key), value: hex(value) },
  headers: headers.map(([of, bytesOf]) => [of, hex(bytesOf)]),
});

const base64 = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('base64'));
const eventOf = (all: readonly ConsumedRecord[]) => ({
  eventSource: 'aws:kafka',
  records: Object.fromEntries(
    Map.groupBy(
      all.map((record) => ({
        ...record,
        key: base64(record.key),
        value: base64(record.value),
        // bytes of headers come as Java has them, with a sign
        headers: record.headers.map(([of, value]) => ({ [of]: value && [...Int8Array.from(value)] })),
      })),
      ({ partition }) => `letters-${partition}`,
    ),
  ),
});

test.each<[string, Partial<PutSettings>]>([
  ['', {}],
  [
    ', also with the headers that say what failed',
    { contextHeaders: { connector: 'c', keyConverter: 'ByteArrayConverter', valueConverter: 'ByteArrayConverter' } },
  ],
])('a hundred mixed records become dead letters and go back exactly as they were%s', async (_, settings) => {
  using rigged = await rig(settings);
  const { acceptAll, letters, put, replay, store, take } = rigged;
  const [mixed = []] = fc.sample(records, { numRuns: 1, seed: 7 });
  const plain = {
    partition: 0,
    timestamp: 1,
    timestampType: 'CREATE_TIME' as const,
    key: Buffer.from('k'),
    headers: [],
  };
  const reference = toReference(await store('records', 'letters', Buffer.alloc(3_000_000, 'v')));
  const all = [
    ...mixed,
    // too large for a message, in two ways
    { ...plain, value: Buffer.alloc(1_500_000, 0xff) },
    { ...plain, key: Buffer.alloc(1_200_000, 'k'), value: null },
    // its value is in the bucket already
    { ...plain, value: reference, headers: [[CLAIM_CHECK_HEADER, Buffer.from('1')] as const] },
  ].map((record, offset): ConsumedRecord => ({ topic: 'letters', offset, ...record }));
  expect(all).toHaveLength(COUNT);

  expect(await put(eventOf(all))).toEqual({ batchItemFailures: [] });
  const before = take();
  expect(before).toHaveLength(COUNT);
  const bodies = (await letters()).map(({ Body }) => Body!);
  expect(bodies).toHaveLength(COUNT);
  // rejected once more: the letter of a letter
  for (const body of bodies) expect(await replay(body)).toEqual({ batchItemFailures: [] });
  expect(take()).toEqual(before);
  const again = (await letters()).map(({ Body }) => Body!);
  expect(again).toHaveLength(COUNT);
  acceptAll();
  for (const body of again) expect(await replay(body)).toEqual({ batchItemFailures: [] });
  expect(take()).toEqual(before);
  expect(await letters()).toEqual([]);
});
