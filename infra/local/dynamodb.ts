import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './aws-environment.ts';

export type LocalDynamodb = AsyncDisposable & { readonly dynamodbEndpoint: string };

/** DynamoDB's API in this process, with the table of resume tokens; it forgets everything at its end. */
export async function startDynamodb(table: string): Promise<LocalDynamodb> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dynamodbEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(dynamodbEndpoint, table);
  return { dynamodbEndpoint, [Symbol.asyncDispose]: () => close(server) };
}

/** The key schema of the state stack's table. */
async function createTable(endpoint: string, table: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'connector', AttributeType: 'S' },
          { AttributeName: 'item', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'connector', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
      }),
    );
  } finally {
    client.destroy();
  }
}

async function close(server: Server): Promise<void> {
  // clients keep their connections open
  server.closeAllConnections();
  await promisify(server.close.bind(server))();
}
