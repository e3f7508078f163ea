import { expect, test } from 'vitest';
import { createMongoClient } from '../../../../../functions/connectors/mongodb/client/mongo-client.ts';

const poolSizeOf = (role: 'source' | 'sink', options: string): number =>
  createMongoClient({
    uri: `mongodb://localhost/?${options}`,
    role,
    provider: '',
    serverApiVersion: '',
    serverApiStrict: false,
    serverApiDeprecationErrors: false,
  }).options.maxPoolSize;

test.each([
  ['a sink keeps few connections', 'sink', '', 10],
  ['its connection string may say otherwise', 'sink', 'maxpoolsize=3', 3],
  ['its connection string may ask for more from the start', 'sink', 'minPoolSize=20', 100],
  ['a source keeps the driver’s', 'source', '', 100],
] as const)('%s', (_, role, options, size) => {
  expect(poolSizeOf(role, options)).toBe(size);
});
