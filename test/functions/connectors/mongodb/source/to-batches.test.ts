import { expect, test } from 'vitest';
import type { SourceBatch } from '../../../../../functions/connect/connector.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import { createToBatches } from '../../../../../functions/connectors/mongodb/source/to-batches.ts';
import { insertEvent } from '../../../../support/insert-event.ts';
import { silentLog } from '../../../../support/silent-log.ts';

const toBatches = () =>
  createToBatches(
    mongodbSourceConfig.parse({
      name: 'orders',
      'connector.class': 'MongoSource',
      database: 'shop',
      collection: 'orders',
      'poll.max.batch.size': '1',
    }),
    silentLog,
  );
const reply = { cursorId: 1n, collection: 'orders', events: ['a', 'b', 'c'].map(insertEvent), token: 'T' };
const keysOf = (batches: readonly SourceBatch[]) => batches.map(({ records }) => String(records[0]?.key));

test('the records of several batches can be kept, as long as none is released', () => {
  expect(keysOf([...toBatches()(reply)])).toEqual(['{"_id": "a"}', '{"_id": "b"}', '{"_id": "c"}']);
});

test('the memory of a batch that is released is written over by the next one', () => {
  const given = toBatches()(reply);
  const [first, second] = Array.from({ length: 2 }, () => {
    const { value } = given.next();
    value?.release?.();
    return value as SourceBatch;
  });
  expect(keysOf([first!, second!])).toEqual(['{"_id": "b"}', '{"_id": "b"}']);
});

test('a batch that is released too late does no harm to the one behind it', () => {
  const given = toBatches()(reply);
  const first = given.next().value as SourceBatch;
  const second = given.next().value as SourceBatch;
  first.release?.();
  given.next();
  expect(keysOf([second])).toEqual(['{"_id": "b"}']);
});
