import { DocumentSequence } from 'mongodb/lib/cmap/commands.js';
import { expect, test } from 'vitest';
import { statementSequence } from '../../../../../functions/connectors/mongodb/sink/statement-sequence.ts';

const statements = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(size, index));

test.each([
  ['one', statements(1, 40)],
  ['many, larger than before', statements(500, 1000)],
  ['few, in the memory of many', statements(3, 50)],
  ['more than is kept', statements(6, 1_000_000)],
])('a section has the bytes that the driver would put there: %s', (_, all) => {
  const plain = new DocumentSequence('updates');
  for (const statement of all) plain.push({}, statement);
  expect(Buffer.compare(statementSequence('updates', all).toBin(), plain.toBin())).toBe(0);
});
