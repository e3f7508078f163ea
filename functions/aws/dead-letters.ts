import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { type ConnectorError, messageOf, RetriableError } from '../connect/errors.ts';
import { positionOf } from '../connect/records.ts';
import type { StoreValue } from './claim-check.ts';
import {
  type DeadLetter,
  deadLetterAttributes,
  isSinkDeadLetter,
  type SourceDeadLetter,
  toDeadLetterBody,
} from './dead-letter.ts';
import { toStoredBody } from './stored-dead-letter.ts';

/** Sends dead letters; the answer has the error of each that the queue did not take, by its place. */
export type SendDeadLetters = (letters: readonly DeadLetter[]) => Promise<readonly (ConnectorError | undefined)[]>;

type Entry = { readonly place: number; readonly bytes: number; readonly request: SendMessageBatchRequestEntry };

/** SQS's limits of one call. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 1024 * 1024;

/**
 * The dead letter queue. A letter that is larger than a message may be goes to the bucket, and the message tells where it
 * is. Without a bucket it is not sent: a sink's record then stays where it is, so that nothing of it is lost; of a
 * source's, which is still in the database, the message leaves the value out.
 */
export function createDeadLetters(
  queueUrl: string,
  client: Pick<SQSClient, 'send'>,
  storeValue?: StoreValue,
): SendDeadLetters {
  return async (letters) => {
    const errors: (ConnectorError | undefined)[] = letters.map(() => undefined);
    const entries: Entry[] = [];
    for (const [place, letter] of letters.entries()) {
      const entry = await toFittingEntry(letter, place, storeValue).catch((error: unknown) => messageOf(error));
      if (typeof entry === 'string') errors[place] = unsent(letter, entry);
      else entries.push(entry);
    }
    for (const chunk of chunksOf(entries)) {
      for (const [place, reason] of await sendChunk(client, queueUrl, chunk)) {
        errors[place] = unsent(letters[place]!, reason);
      }
    }
    return errors;
  };
}

/** The message of a letter, or why there is none. */
async function toFittingEntry(letter: DeadLetter, place: number, store?: StoreValue): Promise<Entry | string> {
  const body = toDeadLetterBody(letter);
  const entry = toEntry(letter, body, place);
  if (entry.bytes <= MOST_BYTES) return entry;
  if (store) {
    const stored = await store('dead-letters', letter.connector, Buffer.from(body, 'utf8'));
    return toEntry(letter, toStoredBody(letter, stored), place);
  }
  if (!isSinkDeadLetter(letter)) return toEntry(letter, toDeadLetterBody(withoutValue(letter)), place);
  return `the message would have ${entry.bytes} bytes, SQS takes ${MOST_BYTES}`;
}

function withoutValue(letter: SourceDeadLetter): SourceDeadLetter {
  const { error, record } = letter;
  const message = `${error.message} (left out here: a value of ${record.value?.length ?? 0} bytes)`;
  const key = (record.key?.length ?? 0) > MOST_BYTES / 2 ? null : record.key;
  return { ...letter, error: { ...error, message }, record: { ...record, key, value: null } };
}

/** The reasons of the entries that were not taken, by place. */
async function sendChunk(
  client: Pick<SQSClient, 'send'>,
  queueUrl: string,
  chunk: readonly Entry[],
): Promise<Map<number, string>> {
  const places = new Map(chunk.map(({ request, place }) => [request.Id, place] as const));
  try {
    const answer = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: chunk.map(({ request }) => request) }),
    );
    for (const { Id } of answer.Successful ?? []) places.delete(Id);
    const reasons = new Map(
      (answer.Failed ?? []).map(({ Id, Code, Message }) => [Id, `${Code} ${Message ?? ''}`.trim()]),
    );
    // an entry that is in neither list is not known to be taken
    return new Map([...places].map(([id, place]) => [place, reasons.get(id) ?? 'no answer']));
  } catch (error) {
    return new Map(chunk.map(({ place }) => [place, messageOf(error)]));
  }
}

function toEntry(letter: DeadLetter, body: string, place: number): Entry {
  const attributes = Object.entries(deadLetterAttributes(letter));
  const bytes = attributes.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value),
    Buffer.byteLength(body),
  );
  const MessageAttributes = Object.fromEntries(
    attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  return { place, bytes, request: { Id: String(place), MessageBody: body, MessageAttributes } };
}

function chunksOf(entries: readonly Entry[]): Entry[][] {
  const chunks: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = chunks.at(-1);
    if (last && last.length < MOST_ENTRIES && bytes + entry.bytes <= MOST_BYTES) {
      last.push(entry);
      bytes += entry.bytes;
    } else {
      chunks.push([entry]);
      bytes = entry.bytes;
    }
  }
  return chunks;
}

function unsent(letter: DeadLetter, reason: string): ConnectorError {
  const at = 'topic' in letter.record ? positionOf(letter.record) : letter.record.namespace;
  return new RetriableError('DEAD_LETTER_UNSENT', `The dead letter of ${at} was not taken: ${reason}`);
}
