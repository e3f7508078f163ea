import { expect, test } from 'vitest';
import { handled, plain, updateOne } from './handling.ts';

const int = (value: number) => ({ $numberInt: String(value) });
const qlik = (message: object, key?: string) =>
  handled('qlik.rdbms.RdbmsHandler', { value: JSON.stringify({ message }), ...(key && { key }) });
const headers = { operation: 'UPDATE' };

test('a column whose name holds a dot or a dollar is a column, not a path', () => {
  const changed = { data: { 'a.b': 2, $c: 3 }, beforeData: { 'a.b': 1, $c: 3 }, headers };
  expect(qlik(changed, '{"id": 1}')).toMatchObject({ update: [expect.anything()], upsert: true });
  const set = { data: { a: 2, '0': 1 }, beforeData: { a: 1, '0': 1 }, headers };
  expect(plain(qlik(set, '{"id": 1}'))).toEqual(updateOne({ id: int(1) }, { $set: { a: int(2) } }, true));
});

test('a changed column _id that is not the document’s is refused', () => {
  expect(() => qlik({ data: { _id: 2 }, beforeData: { _id: 1 }, headers }, '{"id": 1}')).toThrow(
    'contradicts the _id of the document at t-0@0',
  );
});

test('no error quotes the row', () => {
  for (const message of [
    { data: 'hunter2', headers },
    { data: {}, beforeData: {}, headers },
    { operation: 'hunter2' },
  ]) {
    expect(() => qlik(message)).toThrow(expect.not.stringContaining('hunter2'));
  }
});
