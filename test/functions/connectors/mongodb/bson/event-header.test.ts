import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import {
  documentOf,
  documentsOf,
  findElement,
  textOf,
} from '../../../../../functions/connectors/mongodb/bson/element-reader.ts';
import { createScanEvent, isPresent } from '../../../../../functions/connectors/mongodb/bson/event-header.ts';
import { type Field, toBytes } from './tagged-bson.ts';

const token: Field = ['_id', { type: 'document', value: [['_data', { type: 'string', value: '82' }]] }];

const scanEvent = createScanEvent();

test('finds the members of an event whatever their order, and nothing that is deeper', () => {
  const bytes = toBytes([
    ['documentKey', { type: 'document', value: [['_id', { type: 'int32', value: 1 }]] }],
    ['extra', { type: 'document', value: [['ns.db', { type: 'string', value: 'no' }]] }],
    ['ns.coll', { type: 'string', value: 'orders' }],
    token,
  ]);

  const header = scanEvent(bytes);

  expect(textOf(bytes, header.dottedCollection)).toBe('orders');
  expect(documentOf(bytes, header.documentKey)).toEqual(toBytes([['_id', { type: 'int32', value: 1 }]]));
  expect([header.fullDocument, header.ns, header.dottedDatabase].filter(isPresent)).toEqual([]);
});

test('of two members with one name the first counts', () => {
  const bytes = toBytes([
    ['ns.db', { type: 'string', value: 'first' }],
    ['ns.db', { type: 'string', value: 'second' }],
  ]);
  expect(textOf(bytes, scanEvent(bytes).dottedDatabase)).toBe('first');
  expect(textOf(bytes, findElement(bytes, 'ns.db'))).toBe('first');
});

test('nothing of one event is left in the header of the next', () => {
  scanEvent(toBytes([token, ['ns.db', { type: 'string', value: 'shop' }]]));
  const { dottedDatabase, id } = scanEvent(toBytes([token]));
  expect([id, dottedDatabase].map(isPresent)).toEqual([true, false]);
});

test('sub-documents are views of the event, not copies', () => {
  const bytes = toBytes([token]);
  const id = documentOf(bytes, scanEvent(bytes).id);
  expect(id?.buffer).toBe(bytes.buffer);
});

test('the documents of an array come as their bytes, and what is no document as nothing', () => {
  const list = BSON.serialize({ list: [{ a: 1 }, 5, {}] });
  const bytes = Buffer.from(list);
  const found = findElement(bytes, 'list');
  const documents = documentsOf(bytes.subarray(found?.start, found?.end));
  expect(documents).toEqual([Buffer.from(BSON.serialize({ a: 1 })), undefined, Buffer.from(BSON.serialize({}))]);
});

test('an event that is cut off is a data error', () => {
  const bytes = toBytes([token]);
  expect(() => scanEvent(bytes.subarray(0, bytes.length - 1))).toThrow(expect.objectContaining({ name: 'DataError' }));
});
