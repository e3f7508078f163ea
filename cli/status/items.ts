import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

/** What the table says about a source connector: who may write its position, and where it is. */
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
};

type Item = { readonly item: string } & Readonly<Record<string, unknown>>;

/** Reads the lease and the newest position of a connector. */
export async function readSourceItems(client: DynamoDBClient, table: string, connector: string): Promise<SourceItems> {
  const items = await readItems(DynamoDBDocumentClient.from(client), table, connector);
  const lease = items.find(({ item }) => item === 'lease');
  const [position] = items
    .filter(({ item, updatedAt }) => item.startsWith('offset#') && typeof updatedAt === 'string')
    // what was watched before keeps its item
    .sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
  const copy = items.find(({ item }) => item === 'copy');
  return {
    ...(copy?.done === false && { copied: Number(copy.documents) }),
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
