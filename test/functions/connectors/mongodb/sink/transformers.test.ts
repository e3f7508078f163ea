import { expect, test } from 'vitest';
import {
  loadTransformers,
  makeTransformer,
  transformerNames,
} from '../../../../../functions/connectors/mongodb/sink/transformers.ts';

const NAMED = { 'field.value.transformer': 'com.acme.A' };

test('the class names are those of the connector and of its topics, each once', () => {
  const originals = {
    ...NAMED,
    'topic.override.orders.eu.field.value.transformer': 'com.acme.B',
    'topic.override.orders.field.value.transformer': 'com.acme.A',
    'topic.override.other.field.value.transformer': '',
  };
  expect(transformerNames(originals)).toEqual(['com.acme.A', 'com.acme.B']);
});

test('what is no name of a class leads to no file', () => {
  expect(transformerNames({ 'field.value.transformer': '../../secrets' })).toEqual([]);
});

test.each<[string, () => Promise<unknown>, string]>([
  ['is missing', () => Promise.reject(new Error('not there')), "its module com.acme.A.mjs can't be loaded: not there"],
  [
    'exports something else',
    async () => ({ transform: () => 1 }),
    'expected com.acme.A.mjs to export a function createTransformer, got undefined',
  ],
])('a start is refused where the module %s', async (_, load, why) => {
  const message = `field.value.transformer: Failed to instantiate FieldValueTransformer: com.acme.A: ${why}`;
  await expect(loadTransformers(NAMED, load)).rejects.toMatchObject({ name: 'ConfigError', message });
});

test.each<[string, () => unknown, string]>([
  [
    'fails',
    () => {
      throw new Error('no key');
    },
    'no key',
  ],
  ['makes no function', () => 1, 'expected a function, got number'],
])('a start is refused where the module %s', (_, create, why) => {
  const config = { fieldValueTransformer: 'com.acme.A', fieldValueTransformerFields: 'a' };
  const transformers = new Map([['com.acme.A', create as never]]);
  expect(() => makeTransformer(config, {}, transformers)).toThrow(
    `field.value.transformer: Failed to instantiate FieldValueTransformer: com.acme.A: ${why}`,
  );
});
