import { randomBytes, randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { openS3Objects } from '../../../functions/aws/s3-objects.ts';
import { LOCAL_CREDENTIALS } from '../../../infra/local/aws-environment.ts';

const { claimCheckBucket: bucket, region, s3Endpoint } = inject('services');
const objectsAt = (endpoint: string) =>
  openS3Objects({ endpoint, region, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 });
const objects = objectsAt(s3Endpoint);

test.each([0, 1, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 30 * 2 ** 20])(
  '%d bytes come back as they were, also after a repeat',
  async (size) => {
    const key = `test/${randomUUID()}`;
    const bytes = randomBytes(size);
    await objects.put(bucket, key, bytes);
    await objects.put(bucket, key, bytes);
    expect(bytes.equals((await objects.get(bucket, key)) ?? Buffer.from('nothing'))).toBe(true);
  },
);

test('an object that is not there is nothing, not an error', async () => {
  expect(await objects.get(bucket, `test/${randomUUID()}`)).toBeUndefined();
});

test.each([
  ['a bucket that is not there', s3Endpoint, 'no-such-bucket'],
  ['a service that does not answer', 'http://127.0.0.1:1', bucket],
])('%s may be there later', async (_, endpoint, name) => {
  const unavailable = { name: 'RetriableError', code: 'CLAIM_CHECK_UNAVAILABLE' };
  await expect(objectsAt(endpoint).put(name, 'key', Buffer.from('a'))).rejects.toMatchObject(unavailable);
  await expect(objectsAt(endpoint).put(name, 'key', randomBytes(9 * 2 ** 20))).rejects.toMatchObject(unavailable);
  await expect(objectsAt(endpoint).get(name, 'key')).rejects.toMatchObject(unavailable);
});

test('an abort ends a fetch', async () => {
  const key = `test/${randomUUID()}`;
  await objects.put(bucket, key, Buffer.from('a'));
  await expect(objects.get(bucket, key, AbortSignal.abort())).rejects.toMatchObject({ name: 'RetriableError' });
});
