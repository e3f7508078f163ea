import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DataError } from '../connect/errors.ts';
import type { Header } from '../connect/records.ts';
import type { ObjectStore } from './object-store.ts';

/** Says that a record's value is a reference: a value that only looks like one is a value. */
export const CLAIM_CHECK_HEADER = 'tailrace.claim-check';

/** Where a large value is, and what it has to be. */
export type ClaimCheck = {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** What a bucket holds: values of records by their topic, whole dead letters by their connector. */
export type ClaimCheckKind = 'records' | 'dead-letters';

export type StoreValue = (kind: ClaimCheckKind, owner: string, value: Uint8Array) => Promise<ClaimCheck>;
export type FetchValue = (check: ClaimCheck, signal?: AbortSignal) => Promise<Uint8Array>;

/** Stores values under their hash, so that a repeat stores nothing new. @throws RetriableError CLAIM_CHECK_UNAVAILABLE */
export function storeValues(bucket: string, objects: Pick<ObjectStore, 'put'>): StoreValue {
  return async (kind, owner, value) => {
    const sha256 = sha256Of(value);
    const key = `${kind}/${encodeURIComponent(owner)}/${sha256}`;
    await objects.put(bucket, key, value);
    return { bucket, key, bytes: value.length, sha256 };
  };
}

/**
 * Fetches values and compares them with what was stored.
 *
 * @throws RetriableError CLAIM_CHECK_UNAVAILABLE; DataError CLAIM_CHECK_LOST where the object is gone or another one:
 *   neither comes back by itself.
 */
export function fetchValues(objects: Pick<ObjectStore, 'get'>): FetchValue {
  return async ({ bucket, bytes, key, sha256 }, signal) => {
    const value = await objects.get(bucket, key, signal);
    const at = `${bucket}/${key}`;
    if (!value) throw new DataError('CLAIM_CHECK_LOST', `Expected an object ${at}, got nothing`);
    if (value.length !== bytes) {
      throw new DataError('CLAIM_CHECK_LOST', `Expected ${bytes} bytes at ${at}, got ${value.length}`);
    }
    if (sha256Of(value) !== sha256) throw new DataError('CLAIM_CHECK_LOST', `Expected the SHA-256 ${sha256} at ${at}`);
    return value;
  };
}

const sha256Of = (value: Uint8Array): string => createHash('sha256').update(value).digest('hex');

/** What stands in a record's place of its value; never null, which would be a tombstone. */
export const toReference = (check: ClaimCheck): Buffer => Buffer.from(JSON.stringify({ $claimCheck: check }), 'utf8');

export const isClaimChecked = (headers: readonly Header[] | undefined): boolean =>
  headers?.some(([name]) => name === CLAIM_CHECK_HEADER) ?? false;

export const claimCheckSchema = z.object({
  bucket: z.string().min(1),
  key: z.string().min(1),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const referenceSchema = z.object({ $claimCheck: claimCheckSchema });

/** @throws DataError CLAIM_CHECK_INVALID where the value is no reference. */
export function parseReference(value: Uint8Array): ClaimCheck {
  const { data } = referenceSchema.safeParse(
    isUtf8(value) ? parseJson(Buffer.from(value).toString('utf8')) : undefined,
  );
  if (data) return data.$claimCheck;
  throw new DataError('CLAIM_CHECK_INVALID', `Expected a reference behind the header ${CLAIM_CHECK_HEADER}, got none`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the caller says what was expected
    return undefined;
  }
}
