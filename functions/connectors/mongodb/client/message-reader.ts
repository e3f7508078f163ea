import { MongoParseError } from 'mongodb';

/** Its header alone. */
const LEAST_BYTES = 16;
/** What a server takes and sends at most: its `maxMessageSizeBytes`. */
const MOST_BYTES = 48_000_000;
/** The length of a message, which it begins with. */
const LENGTH_BYTES = 4;

/**
 * Puts the chunks of a socket together to messages of the wire protocol, in the order in which they come. A message that
 * is a whole chunk stays where it is; one of several chunks is copied once, as they come, so that none of them is kept.
 *
 * @throws MongoParseError where it can be no message; nothing that comes behind it can be told apart any more.
 */
export function createMessageReader(take: (message: Buffer) => void): (chunk: Buffer) => void {
  /** A message that is not whole yet, and how much of it is there. */
  let begun: Buffer | undefined;
  let filled = 0;
  /** Less than a length. */
  let head: Buffer | undefined;

  return (chunk) => {
    let rest = head ? Buffer.concat([head, chunk]) : chunk;
    head = undefined;
    while (rest.length > 0) {
      if (!begun) {
        if (rest.length < LENGTH_BYTES) {
          head = rest;
          return;
        }
        const length = lengthOf(rest);
        if (length <= rest.length) {
          take(rest.subarray(0, length));
          rest = rest.subarray(length);
          continue;
        }
        begun = Buffer.allocUnsafeSlow(length);
        filled = 0;
      }
      const copied = rest.copy(begun, filled);
      filled += copied;
      rest = rest.subarray(copied);
      if (filled === begun.length) {
        const whole = begun;
        begun = undefined;
        take(whole);
      }
    }
  };
}

function lengthOf(message: Buffer): number {
  const length = message.readInt32LE(0);
  if (length >= LEAST_BYTES && length <= MOST_BYTES) return length;
  throw new MongoParseError(`Expected a message of ${LEAST_BYTES} to ${MOST_BYTES} bytes, got one of ${length}`);
}
