import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { SourceItem, SourceItems, SourcePartition, StoredPosition } from '../connect/connector.ts';
import { messageOf, RetriableError, StoppedError } from '../connect/errors.ts';

/** Who may write a connector's position; `version` changes with every renewal, `owner` is absent when it was released. */
export type LeaseItem = {
  readonly owner?: string;
  readonly epoch: number;
  readonly version: string;
  readonly renewedAt: string;
};

/** Where a source is. */
export type StoredOffset = StoredPosition & {
  /** Grows with every write of the position. */
  readonly sequence: number;
};

/** The items of one connector in the table (`connector`, `item`): its lease and its position. */
export type OffsetStore = {
  readLease(): Promise<LeaseItem | undefined>;
  /** Takes the lease if it still is as `seen`; nothing if somebody else was faster. Raises the epoch. */
  takeLease(seen: LeaseItem | undefined, owner: string): Promise<LeaseItem | undefined>;
  /** The renewed lease, or nothing if it was taken over. */
  renewLease(held: LeaseItem): Promise<LeaseItem | undefined>;
  releaseLease(held: LeaseItem): Promise<void>;
  /**
   * Fences every task of an earlier epoch: raises the epoch on all items of the connector, creates the position if it
   * is missing, and reads it back.
   */
  fence(partition: SourcePartition, epoch: number): Promise<StoredOffset | undefined>;
  /** @throws StoppedError LEASE_LOST where a later epoch fenced this one. */
  saveOffset(partition: SourcePartition, epoch: number, stored: StoredOffset): Promise<void>;
  /** What the connector keeps beside its position. @throws StoppedError LEASE_LOST where a later epoch fenced this one. */
  itemsOf(epoch: number): SourceItems;
};

const RAISED_AT_ONCE = 25;

type Nullable<T> = { readonly [K in keyof T]?: T[K] | null };

type Deps = {
  readonly client: DynamoDBDocumentClient;
  /** ISO time, for people. */
  nowIso(): string;
  /** A new random version. */
  newVersion(): string;
};

/** The items of one connector. Get, Put, Update and Query with conditions only: every stand-in has those. */
export function createOffsetStore(table: string, connector: string, deps: Deps): OffsetStore {
  const lease = { connector, item: 'lease' };
  const { client, nowIso, newVersion } = deps;

  const send = <T>(command: () => Promise<T>): Promise<T> =>
    command().catch((error: unknown) => {
      if (error instanceof ConditionalCheckFailedException) throw error;
      throw new RetriableError('OFFSET_STORE_UNAVAILABLE', `DynamoDB table ${table}: ${messageOf(error)}`, {
        cause: error,
      });
    });

  async function get<T>(item: string): Promise<T | undefined> {
    const answer = await send(() =>
      client.send(new GetCommand({ TableName: table, Key: { connector, item }, ConsistentRead: true })),
    );
    return answer.Item as T | undefined;
  }

  const readLease = () => get<LeaseItem>('lease');

  /** Puts the lease on condition; after a failed one it looks whether the answer to our own write was lost. */
  async function putLease(next: LeaseItem, seenVersion: string | undefined): Promise<LeaseItem | undefined> {
    try {
      await send(() =>
        client.send(
          new PutCommand({
            TableName: table,
            Item: { ...lease, ...next },
            ...(seenVersion === undefined
              ? { ConditionExpression: 'attribute_not_exists(connector)' }
              : { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': seenVersion } }),
          }),
        ),
      );
      return next;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (await readLease())?.version === next.version ? next : undefined;
    }
  }

  const takeLease = (seen: LeaseItem | undefined, owner: string) =>
    putLease({ owner, epoch: (seen?.epoch ?? 0) + 1, version: newVersion(), renewedAt: nowIso() }, seen?.version);

  const renewLease = (held: LeaseItem) =>
    putLease({ ...held, version: newVersion(), renewedAt: nowIso() }, held.version);

  async function releaseLease({ epoch, version }: LeaseItem): Promise<void> {
    await putLease({ epoch, version: newVersion(), renewedAt: nowIso() }, version);
  }

  async function fence(partition: SourcePartition, epoch: number): Promise<StoredOffset | undefined> {
    const items = (await allItems()).map(({ item }) => item).filter((item) => item !== lease.item);
    const all = [...new Set([...items, offsetItemOf(partition)])];
    // a copy of many collections leaves thousands of items
    for (let from = 0; from < all.length; from += RAISED_AT_ONCE) {
      await Promise.all(all.slice(from, from + RAISED_AT_ONCE).map((item) => raiseEpoch(item, epoch)));
    }
    const stored = await get<Nullable<StoredOffset>>(offsetItemOf(partition));
    if (!stored?.offset) return undefined;
    const { clusterTime, fingerprint, lastEvents, offset, sequence } = stored;
    return {
      offset,
      // a person who imports an offset writes nothing else
      sequence: sequence ?? 0,
      ...(fingerprint && { fingerprint }),
      ...(typeof clusterTime === 'number' && { clusterTime }),
      ...(lastEvents && { lastEvents }),
    };
  }

  async function allItems(prefix = ''): Promise<SourceItem[]> {
    const items: SourceItem[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await send(() =>
        client.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: `connector = :connector${prefix && ' AND begins_with(#item, :prefix)'}`,
            ...(prefix && { ExpressionAttributeNames: { '#item': 'item' } }),
            ExpressionAttributeValues: { ':connector': connector, ...(prefix && { ':prefix': prefix }) },
            ExclusiveStartKey: from,
          }),
        ),
      );
      for (const { connector: _, item, ...attributes } of page.Items ?? [])
        items.push({ item: String(item), attributes });
      from = page.LastEvaluatedKey;
    } while (from);
    return items;
  }

  async function raiseEpoch(item: string, epoch: number): Promise<void> {
    await conditional(item, () =>
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { connector, item },
          UpdateExpression: 'SET epoch = :epoch',
          ConditionExpression: 'attribute_not_exists(epoch) OR epoch <= :epoch',
          ExpressionAttributeValues: { ':epoch': epoch },
        }),
      ),
    );
  }

  async function saveOffset(partition: SourcePartition, epoch: number, stored: StoredOffset): Promise<void> {
    const item = offsetItemOf(partition);
    const { clusterTime = null, fingerprint, lastEvents = null, offset, sequence } = stored;
    try {
      await conditional(item, () =>
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { connector, item },
            UpdateExpression:
              'SET #partition = :partition, #offset = :offset, #sequence = :sequence, clusterTime = :time, lastEvents = :events, fingerprint = :fingerprint, updatedAt = :now',
            ConditionExpression: 'epoch = :epoch AND (attribute_not_exists(#sequence) OR #sequence < :sequence)',
            ExpressionAttributeNames: { '#partition': 'partition', '#offset': 'offset', '#sequence': 'sequence' },
            ExpressionAttributeValues: {
              ':partition': partition,
              ':offset': offset,
              ':sequence': sequence,
              ':time': clusterTime,
              ':events': lastEvents,
              ':fingerprint': fingerprint,
              ':now': nowIso(),
              ':epoch': epoch,
            },
          }),
        ),
      );
    } catch (error) {
      // the write may have been done and only its answer lost
      const now = await get<{ epoch: number; sequence: number }>(item);
      if (error instanceof StoppedError && now?.epoch === epoch && now.sequence === sequence) return;
      throw error;
    }
  }

  const itemsOf = (epoch: number): SourceItems => ({
    list: (prefix) => allItems(prefix),
    save: ({ item, attributes }) => saveItem(item, epoch, attributes),
  });

  async function saveItem(item: string, epoch: number, attributes: SourceItem['attributes']): Promise<void> {
    const entries = Object.entries({ ...attributes, updatedAt: nowIso(), epoch });
    await conditional(item, () =>
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { connector, item },
          UpdateExpression: `SET ${entries.map((_, index) => `#name${index} = :value${index}`).join(', ')}`,
          ConditionExpression: 'attribute_not_exists(epoch) OR epoch <= :epoch',
          ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#name${index}`, name])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(entries.map(([, value], index) => [`:value${index}`, value])),
            ':epoch': epoch,
          },
        }),
      ),
    );
  }

  async function conditional(item: string, command: () => Promise<unknown>): Promise<void> {
    try {
      await send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new StoppedError('LEASE_LOST', `Another task of connector ${connector} took over (item ${item})`, {
        cause: error,
      });
    }
  }

  return { readLease, takeLease, renewLease, releaseLease, fence, saveOffset, itemsOf };
}

/** `offset#{"ns":"mongodb://…"}`: Connect's map as JSON, members sorted. */
export const offsetItemOf = (partition: SourcePartition): string =>
  `offset#${JSON.stringify(Object.fromEntries(Object.entries(partition).sort(([a], [b]) => (a < b ? -1 : 1))))}`;
