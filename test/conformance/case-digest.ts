import { createHash } from 'node:crypto';

/** Tells a case, with all that it says, from an altered one: what is decided for one case by hand must not decide another. */
export const digestOf = (vector: unknown): string =>
  createHash('sha256').update(JSON.stringify(vector)).digest('hex').slice(0, 16);
