import type { ObjectStore } from '../../functions/aws/object-store.ts';
import { RetriableError } from '../../functions/connect/errors.ts';

/** A bucket in memory, which can be away. */
export function memoryObjects() {
  const objects = new Map<string, Uint8Array>();
  const away = { value: false };
  const answer = <T>(value: T): Promise<T> =>
    away.value ? Promise.reject(new RetriableError('CLAIM_CHECK_UNAVAILABLE', 'S3 is away')) : Promise.resolve(value);
  const store: ObjectStore = {
    async put(bucket, key, bytes) {
      await answer(undefined);
      objects.set(`${bucket}/${key}`, bytes);
    },
    get: (bucket, key) => answer(objects.get(`${bucket}/${key}`)),
  };
  return { objects, store, away };
}
