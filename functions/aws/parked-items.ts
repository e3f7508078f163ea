import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  QueryCommand as PlainQueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { messageOf, RetriableError } from '../connect/errors.ts';
import type { WaitingPosition } from '../connect/parking.ts';
import type { ParkedItems, ParkedKey } from './parked-keys.ts';
import { fromRuns, type Run, toRuns } from './waiting-list.ts';

/** `parked#shop.orders#{"_id": 1}` beside the other items of the table; `first` is all that a put reads of it. */
type Stored = {
  readonly item: string;
  readonly first: WaitingPosition;
  readonly waits: readonly Run[];
} & Omit<ParkedKey, 'key' | 'waits'>;

const PREFIX = 'parked#';
/** Of one BatchGetItem. */
const MOST_KEYS = 100;
const FIRST_OF = {
  ProjectionExpression: '#item, #first',
  ExpressionAttributeNames: { '#item': 'item', '#first': 'first' },
};

/** Milliseconds: a put waits for the answer, and one that comes again costs less than one that waits for nothing. */
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 5_000 };

/** The items by a client of their own. */
export const openParkedItems = (table: string, connector: string): ParkedItems =>
  parkedItems(table, connector, new DynamoDBClient({ requestHandler: TIMEOUTS }));

/** The items `parked#<key>` of one connector. Get, Query, Put and Delete with conditions only: every stand-in has those. */
export function parkedItems(table: string, connector: string, dynamodb: DynamoDBClient): ParkedItems {
  const client = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  const keyOf = (key: string) => ({ connector, item: `${PREFIX}${key}` });

  /** Whether it was done: not where its condition does not hold. */
  async function write(command: PutCommand | DeleteCommand): Promise<boolean> {
    try {
      await sent(table, client.send(command as PutCommand));
      return true;
    } catch (error) {
      if (error instanceof RetriableError && error.cause instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function findSome(keys: readonly string[], abortSignal?: AbortSignal): Promise<[string, WaitingPosition][]> {
    const found: Stored[] = [];
    let asked: Record<string, unknown>[] = keys.map(keyOf);
    while (asked.length > 0) {
      const RequestItems = { [table]: { Keys: asked, ConsistentRead: true, ...FIRST_OF } };
      const answer = await sent(table, client.send(new BatchGetCommand({ RequestItems }), { abortSignal }));
      found.push(...((answer.Responses?.[table] ?? []) as Stored[]));
      asked = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return found.map(toFirst);
  }

  return {
    async list(abortSignal) {
      // without the document client, which takes half of the processor time: every put asks
      const query = new PlainQueryCommand({
        TableName: table,
        ...itemsOf(connector),
        ExpressionAttributeValues: { ':connector': { S: connector }, ':prefix': { S: PREFIX } },
        ...FIRST_OF,
      });
      const { Items = [], LastEvaluatedKey } = await sent(table, dynamodb.send(query, { abortSignal }));
      return { firstOf: new Map(Items.map(toPlainFirst)), isWhole: LastEvaluatedKey === undefined };
    },

    async find(keys, signal) {
      const chunks = Array.from({ length: Math.ceil(keys.length / MOST_KEYS) }, (_, index) =>
        keys.slice(index * MOST_KEYS, (index + 1) * MOST_KEYS),
      );
      return new Map((await Promise.all(chunks.map((chunk) => findSome(chunk, signal)))).flat());
    },

    async get(key) {
      const get = new GetCommand({ TableName: table, Key: keyOf(key), ConsistentRead: true });
      const { Item } = await sent(table, client.send(get));
      return Item && fromStored(Item as Stored);
    },

    put: (item, seenVersion) =>
      write(new PutCommand({ TableName: table, Item: { connector, ...toStored(item) }, ...ifStill(seenVersion) })),

    remove: (key, seenVersion) =>
      write(new DeleteCommand({ TableName: table, Key: keyOf(key), ...ifStill(seenVersion) })),
  };
}

/** All parked keys of a connector with all that waits, page by page: for people. */
export async function* readParkedKeys(
  table: string,
  connector: string,
  dynamodb: DynamoDBClient,
): AsyncGenerator<ParkedKey> {
  const client = DynamoDBDocumentClient.from(dynamodb);
  let from: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({ TableName: table, ...itemsOf(connector), ExclusiveStartKey: from });
    const { Items = [], LastEvaluatedKey } = await sent(table, client.send(query));
    for (const item of Items) yield fromStored(item as Stored);
    from = LastEvaluatedKey;
  } while (from);
}

const itemsOf = (connector: string) => ({
  ConsistentRead: true,
  KeyConditionExpression: 'connector = :connector AND begins_with(#item, :prefix)',
  ExpressionAttributeNames: { '#item': 'item' },
  ExpressionAttributeValues: { ':connector': connector, ':prefix': PREFIX },
});

const ifStill = (version: string | undefined) =>
  version === undefined
    ? { ConditionExpression: 'attribute_not_exists(connector)' }
    : {
        ConditionExpression: '#version = :seen',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':seen': version },
      };

const keyIn = ({ item }: Pick<Stored, 'item'>): string => item.slice(PREFIX.length);
const toFirst = (stored: Stored): [string, WaitingPosition] => [keyIn(stored), stored.first];

function toPlainFirst({ first, item }: Record<string, AttributeValue>): [string, WaitingPosition] {
  const { at, offset } = first?.M ?? {};
  return [keyIn({ item: item?.S ?? '' }), { at: at?.S ?? '', offset: Number(offset?.N) }];
}

function toStored({ key, waits, ...rest }: ParkedKey): Stored {
  return { item: `${PREFIX}${key}`, first: waits[0]!, waits: toRuns(waits), ...rest };
}

function fromStored({ hold, tried, version, waits, ...stored }: Stored): ParkedKey {
  return { key: keyIn(stored), waits: fromRuns(waits), version, hold, tried };
}

async function sent<T>(table: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const message = `DynamoDB table ${table}: ${messageOf(cause)}`;
    throw new RetriableError('PARKED_KEYS_UNAVAILABLE', message, { cause });
  }
}
