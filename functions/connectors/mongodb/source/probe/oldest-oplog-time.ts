import type { Document } from 'mongodb';
import { documentsOf, findElement } from '../../bson/element-reader.ts';
import { timestampSeconds } from '../../bson/event-header.ts';
import type { StreamConnection } from '../stream-connection.ts';

/** The first entry of the oplog, which no index is needed for. */
export const OLDEST_ENTRY: Document = {
  find: 'oplog.rs',
  sort: { $natural: 1 },
  projection: { ts: 1 },
  limit: 1,
  singleBatch: true,
};

/** The time of the oldest change that can still be read, in seconds since 1970; nothing where there is no entry. */
export async function oldestOplogTime(connection: StreamConnection, signal: AbortSignal): Promise<number | undefined> {
  const session = connection.openSession();
  try {
    const { cursor } = await session.run('local', OLDEST_ENTRY, signal);
    const batch = Buffer.isBuffer(cursor) ? findElement(cursor, 'firstBatch') : undefined;
    const [entry] = batch ? documentsOf((cursor as Buffer).subarray(batch.start, batch.end)) : [];
    return entry && timestampSeconds(entry, findElement(entry, 'ts'));
  } finally {
    await session.end();
  }
}
