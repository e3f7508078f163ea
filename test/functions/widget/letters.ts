import { type DeadLetter, toDeadLetterBody } from '../../../functions/aws/dead-letter.ts';
import type { QueueMessage } from '../../../functions/widget/read-letters.ts';

export const NOW = Date.parse('2026-11-24T12:00:00Z');

type SinkFacts = { connector?: string; topic?: string; offset?: number; key?: Uint8Array | null; message?: string };

/** A dead letter of a sink, whose value is the text `content`. */
export const sinkLetter = ({
  connector = 'orders-sink',
  key = Buffer.from('{"_id": 1}'),
  message = 'MongoDB refused orders-3@1042',
  offset = 1042,
  topic = 'orders',
}: SinkFacts = {}): DeadLetter => ({
  connector,
  error: { code: 'WRITE_REJECTED', message, stage: 'TASK_PUT', class: 'WriteException' },
  record: {
    topic,
    partition: 3,
    offset,
    timestamp: NOW - 5000,
    timestampType: 'CREATE_TIME',
    key,
    value: Buffer.from('content'),
    headers: [['secret', Buffer.from('content')]],
  },
  failedAt: NOW + offset * 1000,
  attempts: 2,
});

export const sourceLetter = (): DeadLetter => ({
  connector: 'orders-source',
  error: { code: 'RECORD_TOO_LARGE', message: 'Too large', stage: 'KAFKA_PRODUCE', class: 'RecordTooLarge' },
  record: { namespace: 'shop.orders', token: '{"_data": "82"}', key: null, value: Buffer.from('content') },
  failedAt: NOW,
  attempts: 1,
});

export const messageOf = (letter: DeadLetter, id = '3f2a91c0-1111-4222-8333-444455556666'): QueueMessage => ({
  id,
  body: toDeadLetterBody(letter),
  sentAt: NOW,
});
