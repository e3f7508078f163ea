import type { Document } from 'mongodb';
import { elementsOf } from '../bson/elements.ts';
import type { Connection } from '../client/open-connection.ts';
import { toDriverDocument } from './driver-document.ts';
import type { Namespace } from './write-models.ts';

export type DocumentSearch = {
  readonly namespace: Namespace;
  /** Documents that fit one of them. */
  readonly filters: readonly Uint8Array[];
  readonly isIdEnough: boolean;
};

/** Documents as BSON bytes, or no more of them than their `_id`. Throws what the driver throws. */
export type FindDocuments = (search: DocumentSearch, timeoutMs: number) => Promise<readonly Uint8Array[]>;

/** Reads from the primary, which has just answered. */
export const findWith =
  (connection: Connection): FindDocuments =>
  ({ namespace, filters, isIdEnough }, timeoutMs) =>
    connection.within(timeoutMs, async (client, signal) => {
      const cursor = client
        .db(namespace.database)
        .collection(namespace.collection)
        .find(toFilter(filters) as Document, {
          raw: true,
          readPreference: 'primary',
          signal,
          ...(isIdEnough && { projection: { _id: 1 } }),
        });
      return (await cursor.toArray()) as unknown as Uint8Array[];
    });

/** One look into the index where all ask for an `_id` and nothing else. */
function toFilter(filters: readonly Uint8Array[]): Map<string, unknown> {
  const documents = filters.map(toDriverDocument);
  const isById = filters.every((filter) => elementsOf(filter).length === 1) && documents.every((one) => one.has('_id'));
  return isById ? new Map([['_id', { $in: documents.map((one) => one.get('_id')) }]]) : new Map([['$or', documents]]);
}
