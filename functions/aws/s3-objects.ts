import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { messageOf, RetriableError } from '../connect/errors.ts';
import type { ObjectStore } from './object-store.ts';

/** A part that fails is sent again by itself; S3 takes none below 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;

export const openS3Objects = (config: S3ClientConfig = {}): ObjectStore => createS3Objects(new S3Client(config));

function createS3Objects(client: Pick<S3Client, 'send'>): ObjectStore {
  async function put(Bucket: string, Key: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > PART_BYTES) return putInParts(Bucket, Key, bytes);
    await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
  }

  async function putInParts(Bucket: string, Key: string, bytes: Uint8Array): Promise<void> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    try {
      const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
      for (let from = 0; from < bytes.length; from += PART_BYTES) {
        const PartNumber = Parts.length + 1;
        const Body = bytes.subarray(from, from + PART_BYTES);
        const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
        Parts.push({ ETag, PartNumber });
      }
      await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      // parts of an upload that is never completed cost money until the bucket's lifecycle ends them
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
      throw error;
    }
  }

  async function get(Bucket: string, Key: string, abortSignal?: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  return {
    put: (bucket, key, bytes) => put(bucket, key, bytes).catch((error) => unavailable(bucket, error)),
    get: (bucket, key, signal) => get(bucket, key, signal).catch((error) => unavailable(bucket, error)),
  };
}

/** A missing right or a missing bucket is no record's fault either: a person mends it, and the same call works. */
function unavailable(bucket: string, cause: unknown): never {
  throw new RetriableError('CLAIM_CHECK_UNAVAILABLE', `S3 bucket ${bucket}: ${messageOf(cause)}`, { cause });
}
