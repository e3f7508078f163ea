import { expect } from 'vitest';
import { ConnectorError, DataError, type ErrorCode, messageOf } from '../../../../../../functions/connect/errors.ts';
import type { Expected, Thrown } from './case-file.ts';

/** Words of the peer's JSON, Avro and regex parsers, of its driver and the JVM: only the property has to be the same. */
export const FOREIGN_WORDS =
  /org\.bson|java\.|Not a valid JSON|Invalid regex|near index|JsonParseException|Value must be non-null|JSON reader/;

/** Sentences of the peer's task, and the code of the error that says the same here, with more about the place. */
const SENTENCES: readonly (readonly [sentence: RegExp, code?: ErrorCode])[] = [
  [/^ResumeToken not found\. Cannot create a change stream cursor$/, 'POSITION_LOST'],
  [/^Illegal \$changeStream operation$/, 'MONGODB_REFUSED'],
  [
    /^Invalid operation: .* It is likely that you are trying to use functionality unsupported by your version of MongoDB\.$/s,
    'MONGODB_REFUSED',
  ],
  [/^An exception occurred when trying to get the next item from the Change Stream: (?<cause>.*)$/s],
  [/^Unexpected error: (?<cause>.*)$/s],
  [/^com\.mongodb\.\w+: (?<cause>.*)$/s],
];

const CONNECT = 'org.apache.kafka.connect.errors.';

/**
 * What the peer throws, outermost first, in our own error: its words about a value that does not fit, without the
 * documents, which no message here quotes; the meaning of its task's sentences; what the server said. Other words of
 * the driver and of Java are the peer's alone.
 */
export function expectRefusal(error: unknown, { throws = [], polls = [] }: Expected): void {
  const thrown = [...throws, ...polls.flatMap((poll) => (poll !== null && 'throws' in poll ? poll.throws : []))];
  for (const [index, { class: name, message }] of thrown.entries()) {
    const words = message ?? '';
    if (name === `${CONNECT}DataException`) expectDataError(error, words);
    else if (name === `${CONNECT}ConnectException`) expectSentence(error, words, thrown[index + 1]);
    const said = / error -?\d+ \([^)]*\): '(.*?)\.?' on server/s.exec(words)?.[1];
    if (said !== undefined) expect(messageOf(error)).toContain(said);
  }
}

function expectDataError(error: unknown, words: string): void {
  const own = words
    .replace(/ : Exception creating Source record for: Key=.* Value=.*$/s, '')
    .replace(/ in: '.*'$/s, '');
  expect(error).toBeInstanceOf(DataError);
  expect(messageOf(error)).toBe(own);
}

function expectSentence(error: unknown, words: string, cause: Thrown | undefined): void {
  const known = SENTENCES.find(([sentence]) => sentence.test(words));
  expect(known, `a known sentence of the peer: ${words}`).toBeDefined();
  const [sentence, code] = known!;
  if (code) expect(error instanceof ConnectorError && error.code).toBe(code);
  const quoted = sentence.exec(words)?.groups?.cause;
  if (quoted !== undefined) expect(quoted).toBe(cause?.message);
}
