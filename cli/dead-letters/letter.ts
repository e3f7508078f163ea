import { type LetterFacts, letterFactsOf } from '../../functions/aws/letter-facts.ts';
import { parseMessage } from '../../functions/aws/stored-dead-letter.ts';
import { messageOf } from '../../functions/connect/errors.ts';
import { EXIT, Failure } from '../failure.ts';
import type { Received } from './queue.ts';

/** The facts about one message of the dead letter queue. */
export type Letter = Omit<LetterFacts, 'kind' | 'key' | 'attempts'> & {
  readonly message: Received;
  readonly id: string;
  /** `unreadable` is not ours. */
  readonly kind: LetterFacts['kind'] | 'unreadable';
  readonly attempts?: number;
};

/** Reads the facts from a message. */
export function toLetter(message: Received): Letter {
  const common = { message, id: message.MessageId };
  try {
    return { ...common, ...letterFactsOf(parseMessage(message.Body)) };
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

/** Ids are long: a few first characters name one, as commits are named. */
const SHORT = 8;
const LEAST = 4;

export const shortIdOf = ({ id }: { id: string }): string => id.slice(0, SHORT);

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
