import type { DeadLetter } from '../../functions/aws/dead-letter.ts';
import { parseMessage, type StoredDeadLetter } from '../../functions/aws/stored-dead-letter.ts';
import { messageOf } from '../../functions/connect/errors.ts';
import { positionOf } from '../../functions/connect/records.ts';
import { EXIT, Failure } from '../failure.ts';
import type { Received } from './queue.ts';

/** The facts about one message of the dead letter queue. */
export type Letter = {
  readonly message: Received;
  readonly id: string;
  /** Only a sink's dead letter can be sent again; `unreadable` is not ours. */
  readonly kind: 'sink' | 'source' | 'unreadable';
  readonly connector: string;
  /** When it failed, in milliseconds since 1970. */
  readonly failedAt: number;
  /** `orders-3@1042`, or the namespace of a source's change event. */
  readonly position: string;
  readonly code: string;
  readonly sentence: string;
};

/** Reads the facts from a message. */
export function toLetter(message: Received): Letter {
  const common = { message, id: message.MessageId };
  try {
    return { ...common, ...factsOf(parseMessage(message.Body)) };
  } catch (error) {
    const failedAt = Number(message.Attributes?.SentTimestamp ?? 0);
    return {
      ...common,
      kind: 'unreadable',
      connector: '',
      failedAt,
      position: '',
      code: '',
      sentence: messageOf(error),
    };
  }
}

function factsOf({
  connector,
  error,
  failedAt,
  record,
}: DeadLetter | StoredDeadLetter): Omit<Letter, 'message' | 'id'> {
  const facts = { connector, failedAt, code: error.code, sentence: withoutContent(error.message) };
  return 'topic' in record
    ? { ...facts, kind: 'sink', position: positionOf(record) }
    : { ...facts, kind: 'source', position: record.namespace };
}

/** Ids are long: a few first characters name one, as commits are named. */
const SHORT = 8;
const LEAST = 4;

export const shortIdOf = ({ id }: { id: string }): string => id.slice(0, SHORT);

/** What a server says about a refused write may quote the document; a list shows facts, `show` shows all. */
const withoutContent = (message: string): string => message.replace(/,? (?:details=|dup key:).*/s, '');

/** Whether a text that a person typed names this message. */
export const isNamedBy = ({ id }: { id: string }, typed: string): boolean => id.startsWith(typed.toLowerCase());

/** @throws Failure where a text can't be the beginning of an id. */
export function assertIds(typed: readonly string[]): void {
  for (const id of typed) {
    if (id.length < LEAST || !/^[0-9a-f-]+$/i.test(id)) {
      throw new Failure(
        EXIT.badInput,
        `Expected at least ${LEAST} characters of an id as "list" shows it, got "${id}"`,
      );
    }
  }
}
