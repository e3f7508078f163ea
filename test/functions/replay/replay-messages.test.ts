import { expect, test } from 'vitest';
import { type SinkDeadLetter, toDeadLetterBody } from '../../../functions/aws/dead-letter.ts';
import { toStoredBody } from '../../../functions/aws/stored-dead-letter.ts';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import { replayMessages } from '../../../functions/replay/replay-messages.ts';
import { sinkFunctionOf } from '../../../functions/replay/sink-function.ts';
import { toPutEvent } from '../../../functions/replay/to-put-event.ts';
import { parseMskEvent } from '../../../functions/sink/parse-msk-event.ts';
import { namesOf } from '../../../infra/names.ts';
import { notingLog } from '../../support/silent-log.ts';

const record: ConsumedRecord = {
  topic: 'orders',
  partition: 3,
  offset: 1042,
  timestamp: 1_700_000_000_000,
  timestampType: 'CREATE_TIME',
  key: Buffer.from('{"_id": 1}'),
  value: Uint8Array.from([0xff, 0, 0x80]),
  headers: [
    ['a', Buffer.of(0xff, 1)],
    ['a', null],
  ],
};
const letter: SinkDeadLetter = {
  connector: 'orders.sink',
  error: { code: 'WRITE_REJECTED', message: 'm', stage: 'TASK_PUT', class: 'c' },
  record,
  failedAt: 0,
  attempts: 2,
};
const message = (messageId: string, body = toDeadLetterBody(letter)) => ({ messageId, body });
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

type Answer = { failed: boolean; payload: string };

function rig(answer: () => Answer) {
  const calls: { functionName: string; event: unknown }[] = [];
  const postponed: [string, number][] = [];
  const log = notingLog();
  const replay = replayMessages({
    environment: 'prod',
    log,
    metrics: { add: () => undefined },
    async invoke(functionName, payload) {
      calls.push({ functionName, event: JSON.parse(payload) });
      return answer();
    },
    async postpone(receiptHandle, seconds) {
      postponed.push([receiptHandle, seconds]);
    },
  });
  return { calls, log, postponed, replay };
}

test('sends the record to the function of its sink exactly as it was, with its attempts', async () => {
  const { calls, replay } = rig(() => ({ failed: false, payload: '{"batchItemFailures":[]}' }));
  expect(await replay({ Records: [message('m1')] })).toEqual(failures());
  expect(calls[0]?.functionName).toBe('tailrace-prod-sink-orders-sink');
  const { records, replayedAttempts } = parseMskEvent(calls[0]?.event);
  expect(replayedAttempts).toBe(2);
  expect(records).toEqual([{ ...record, key: Buffer.from(record.key!), value: Buffer.from(record.value!) }]);
});

const stored = { bucket: 'large', key: 'dead-letters/orders.sink/1', bytes: 9, sha256: 'a'.repeat(64) };

test('of a letter in the bucket it sends where that is: an event with its record might be too large', async () => {
  const { calls, replay } = rig(() => ({ failed: false, payload: 'null' }));
  const source = { ...letter, record: { namespace: 'shop.orders', key: null, token: 't', value: null } };
  const Records = [message('sink', toStoredBody(letter, stored)), message('source', toStoredBody(source, stored))];
  expect(await replay({ Records })).toEqual(failures('source'));
  expect(calls).toHaveLength(1);
  expect(parseMskEvent(calls[0]?.event)).toEqual({ records: [], replayedAttempts: 2, replayedLetter: stored });
});

test.each([
  ['the sink failed', { failed: true, payload: '{"errorMessage":"database is down"}' }],
  ['the sink did not settle the record', { failed: false, payload: '{"batchItemFailures":[{}]}' }],
  ['the answer is none of a sink', { failed: false, payload: '[]' }],
])('a message comes again where %s', async (_, answer) => {
  const { replay } = rig(() => answer);
  expect(await replay({ Records: [message('m1')] })).toEqual(failures('m1'));
});

test('a message that waits for another of its key comes again soon, later each time, and is no failure', async () => {
  const payload = JSON.stringify({ batchItemFailures: [{}], waitsFor: 'orders-3@7' });
  const { log, postponed, replay } = rig(() => ({ failed: false, payload }));
  const Records = [1, 2, 5, 30].map((ApproximateReceiveCount) => ({
    ...message(`m${ApproximateReceiveCount}`),
    receiptHandle: `r${ApproximateReceiveCount}`,
    attributes: { ApproximateReceiveCount: String(ApproximateReceiveCount) },
  }));
  expect(await replay({ Records })).toEqual(failures('m1', 'm2', 'm5', 'm30'));
  expect(postponed).toEqual([
    ['r1', 1],
    ['r2', 2],
    ['r5', 16],
    ['r30', 512],
  ]);
  expect(log.lines).toEqual([]);
});

test('the key that waits with a letter goes along, also of one in the bucket', async () => {
  const { calls, replay } = rig(() => ({ failed: false, payload: 'null' }));
  const parked = { ...letter, parkedKey: 'shop.orders#{"_id": 1}' };
  await replay({ Records: [message('m1', toDeadLetterBody(parked)), message('m2', toStoredBody(parked, stored))] });
  expect(calls.map(({ event }) => parseMskEvent(event).replayedKey)).toEqual([parked.parkedKey, parked.parkedKey]);
});

test('one message that cannot be replayed does not hold up the others', async () => {
  const source = { ...letter, record: { namespace: 'shop.orders', key: null, token: 't', value: null } };
  const { calls, log, replay } = rig(() => ({ failed: false, payload: 'null' }));
  const Records = [message('broken', '{}'), message('source', toDeadLetterBody(source)), message('good')];
  expect(await replay({ Records })).toEqual(failures('broken', 'source'));
  expect(calls).toHaveLength(1);
  expect(log.lines.map(({ fields }) => fields.code)).toEqual(['DEAD_LETTER_INVALID', 'DEAD_LETTER_INVALID']);
});

test('what is no event of a queue is refused', async () => {
  const { replay } = rig(() => ({ failed: false, payload: 'null' }));
  await expect(replay({ records: {} })).rejects.toMatchObject({ code: 'EVENT_INVALID' });
});

test('finds the function by the name that the stacks give it', () => {
  expect(sinkFunctionOf('dev', 'a.b')).toBe(namesOf('dev').sinkFunction('a.b'));
});

test('the event of a replay is one that the sink takes', () => {
  expect(() => parseMskEvent(toPutEvent(letter))).not.toThrow();
});
