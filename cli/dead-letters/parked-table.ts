import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parkedItems, readParkedKeys } from '../../functions/aws/parked-items.ts';
import { type ParkedKey, type ParkedKeys, parkedKeys } from '../../functions/aws/parked-keys.ts';

/** The parked keys of all connectors of an environment, as a person looks at them. */
export type ParkedTable = {
  get(connector: string, key: string): Promise<ParkedKey | undefined>;
  all(connector: string): AsyncIterable<ParkedKey>;
  /** Takes positions out that nobody will send again. */
  settle: (connector: string, ...asked: Parameters<ParkedKeys['settle']>) => ReturnType<ParkedKeys['settle']>;
};

export function parkedTable(dynamodb: DynamoDBClient, table: string): ParkedTable {
  const itemsOf = (connector: string) => parkedItems(table, connector, dynamodb);
  const deps = { newVersion: randomUUID, now: Date.now };
  return {
    get: (connector, key) => itemsOf(connector).get(key),
    all: (connector) => readParkedKeys(table, connector, dynamodb),
    settle: (connector, ...asked) => parkedKeys(itemsOf(connector), deps).settle(...asked),
  };
}
