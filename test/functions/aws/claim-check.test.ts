import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CLAIM_CHECK_HEADER,
  type ClaimCheck,
  fetchValues,
  isClaimChecked,
  parseReference,
  storeValues,
  toReference,
} from '../../../functions/aws/claim-check.ts';
import { memoryObjects } from '../../support/object-store.ts';

function rig() {
  const { away, objects, store } = memoryObjects();
  return { away, objects, put: storeValues('large', store), get: fetchValues(store) };
}

test('any value comes back as it was, by way of its reference', async () => {
  const { get, put } = rig();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (value) => {
      const reference = toReference(await put('records', 'orders', value));
      expect(await get(parseReference(reference))).toEqual(value);
    }),
  );
});

test('a value that is stored twice is one object, below its topic', async () => {
  const { objects, put } = rig();
  const value = Buffer.from('large');
  const first = await put('records', 'shop.orders', value);
  expect(await put('records', 'shop.orders', value)).toEqual(first);
  await put('records', 'shop.items', value);
  expect([...objects.keys()]).toEqual([
    `large/records/shop.orders/${first.sha256}`,
    `large/records/shop.items/${first.sha256}`,
  ]);
});

test('the reference is a document of four facts', async () => {
  const { put } = rig();
  const check = await put('records', 'orders', Buffer.from('abc'));
  expect(JSON.parse(toReference(check).toString('utf8'))).toEqual({
    $claimCheck: {
      bucket: 'large',
      key: 'records/orders/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  });
});

test.each<[string, (check: ClaimCheck) => ClaimCheck]>([
  ['that is gone', (check) => ({ ...check, key: 'records/orders/gone' })],
  ['of another length', (check) => ({ ...check, bytes: 4 })],
  ['of other bytes', (check) => ({ ...check, sha256: '0'.repeat(64) })],
])('an object %s is a data error', async (_, wrong) => {
  const { get, put } = rig();
  const check = await put('records', 'orders', Buffer.from('abc'));
  await expect(get(wrong(check))).rejects.toMatchObject({ name: 'DataError', code: 'CLAIM_CHECK_LOST' });
});

test('a bucket that is away is no data error', async () => {
  const { away, get, put } = rig();
  const check = await put('records', 'orders', Buffer.from('abc'));
  away.value = true;
  await expect(get(check)).rejects.toMatchObject({ name: 'RetriableError', code: 'CLAIM_CHECK_UNAVAILABLE' });
});

test.each([
  ['no text', Buffer.of(0xff)],
  ['no JSON', Buffer.from('{secret')],
  ['another document', Buffer.from('{"secret": 1}')],
  ['a hash that is none', Buffer.from('{"$claimCheck": {"bucket": "b", "key": "k", "bytes": 1, "sha256": "x"}}')],
])('%s is no reference, and the error does not quote it', (_, value) => {
  expect(() => parseReference(value)).toThrow(
    expect.objectContaining({ code: 'CLAIM_CHECK_INVALID', message: expect.not.stringContaining('secret') }),
  );
});

test('only the header makes a value a reference', () => {
  expect(isClaimChecked([[CLAIM_CHECK_HEADER, null]])).toBe(true);
  expect(isClaimChecked([['other', null]])).toBe(false);
  expect(isClaimChecked(undefined)).toBe(false);
});
