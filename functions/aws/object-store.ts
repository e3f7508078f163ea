/** Objects of S3, as far as claim checks need them. */
export type ObjectStore = {
  /** @throws RetriableError CLAIM_CHECK_UNAVAILABLE */
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void>;
  /** Nothing where there is no such object. @throws RetriableError CLAIM_CHECK_UNAVAILABLE */
  get(bucket: string, key: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;
};

/** S3; its client is loaded with the first object, for most tasks and functions never meet one. */
export function lazyObjectStore(open: () => Promise<ObjectStore> = openS3): ObjectStore {
  let opened: Promise<ObjectStore> | undefined;
  const objects = () => {
    opened ??= open();
    return opened;
  };
  return {
    put: async (...object) => (await objects()).put(...object),
    get: async (...object) => (await objects()).get(...object),
  };
}

async function openS3(): Promise<ObjectStore> {
  const { openS3Objects } = await import('./s3-objects.ts');
  return openS3Objects();
}
