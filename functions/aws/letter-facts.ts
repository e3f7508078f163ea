import { positionOf } from '../connect/records.ts';
import type { DeadLetter, ParkedBy } from './dead-letter.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** What a list tells of a dead letter: never a document's content. */
export type LetterFacts = {
  /** Only a sink's dead letter can be sent again. */
  readonly kind: 'sink' | 'source';
  readonly connector: string;
  /** Milliseconds since 1970. */
  readonly failedAt: number;
  /** `orders-3@1042`, or the namespace of a source's change event. */
  readonly position: string;
  readonly key: Uint8Array | null;
  readonly code: string;
  readonly sentence: string;
  readonly attempts: number;
  /** Of a sink's: the key that waits with it, or false where keys are not parked; nothing where it can't be told. */
  readonly parkedKey?: ParkedBy | undefined;
};

export function letterFactsOf(letter: DeadLetter | StoredDeadLetter): LetterFacts {
  const { attempts, connector, error, failedAt, record } = letter;
  const facts = { connector, failedAt, attempts, code: error.code, sentence: withoutContent(error.message) };
  return 'topic' in record
    ? { ...facts, kind: 'sink', position: positionOf(record), key: record.key, ...parkedKeyIn(letter) }
    : { ...facts, kind: 'source', position: record.namespace, key: record.key };
}

const parkedKeyIn = (letter: DeadLetter | StoredDeadLetter) =>
  'parkedKey' in letter && letter.parkedKey !== undefined ? { parkedKey: letter.parkedKey } : {};

/**
 * What a server says about a refused write may quote the document: in its details, as the key of a duplicate, or as an
 * element in the middle of the sentence. A list shows facts; who wants it all reads the letter.
 */
const withoutContent = (message: string): string =>
  message.replace(/,? (?:details=|dup key:).*/s, '').replace(/\{.*(?:\}|$)/s, '{…}');
