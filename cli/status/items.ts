import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

/** What the table says about a source connector: who may write its position, where it is, and what it lost. */
export type SourceItems = {
  readonly lease?: { readonly owner?: string; readonly epoch: number; readonly renewedAt: string };
  readonly position?: {
    /** When the position was stored, as an ISO time. */
    readonly updatedAt: string;
    /** The database's time inside the position, in seconds since 1970. */
    readonly clusterTime?: number;
  };
  /** Documents that an unfinished copy of existing data has copied. */
  readonly copied?: number;
  /** Times whose changes were not published, the latest first. */
  readonly gaps?: readonly Gap[];
};

export type Gap = {
  /** ISO time; a lost position without one has no beginning. */
  readonly from?: string;
  /** ISO time. */
  readonly to: string;
  readonly cause: string;
  readonly action: string;
};

type Item = { readonly item: string } & Readonly<Record<string, unknown>>;

/** Reads the lease, the newest position and the gaps of a connector. */
export async function readSourceItems(client: DynamoDBClient, table: string, connector: string): Promise<SourceItems> {
  const items = await readItems(DynamoDBDocumentClient.from(client), table, connector);
  const lease = items.find(({ item }) => item === 'lease');
  const [position] = items
    .filter(({ item, updatedAt }) => item.startsWith('offset#') && typeof updatedAt === 'string')
    // what was watched before keeps its item
    .sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
  const copy = items.find(({ item }) => item === 'copy');
  const gaps = items.filter(({ item }) => item.startsWith('gap#')).reverse();
  return {
    ...(copy?.done === false && { copied: Number(copy.documents) }),
    ...(gaps.length > 0 && { gaps: gaps as unknown as readonly Gap[] }),
    ...(lease && { lease: lease as unknown as SourceItems['lease'] }),
    ...(position && {
      position: {
        updatedAt: String(position.updatedAt),
        ...(typeof position.clusterTime === 'number' && { clusterTime: position.clusterTime }),
      },
    }),
  };
}

async function readItems(client: DynamoDBDocumentClient, table: string, connector: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'connector = :connector',
        ExpressionAttributeValues: { ':connector': connector },
        ExclusiveStartKey: from,
      }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
