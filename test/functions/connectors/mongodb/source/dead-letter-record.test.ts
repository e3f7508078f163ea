import { expect, test } from 'vitest';
import { toDeadLetterRecord } from '../../../../../functions/connectors/mongodb/source/dead-letter-record.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import { type Field, type Tagged, toBytes } from '../bson/tagged-bson.ts';

const document = (...value: readonly Field[]): Tagged => ({ type: 'document', value });
const ID: Field = ['_id', document(['_data', { type: 'string', value: '82AB' }])];
const KEY: Field = ['documentKey', document(['_id', { type: 'int64', value: 7n }])];
const WHOLE = '{"_id": {"_data": "82AB"}, "documentKey": {"_id": 7}}';

test.each<[situation: string, properties: Record<string, string>, fields: readonly Field[], key: string]>([
  ['the documentKey', {}, [ID, KEY], '{"_id": 7}'],
  [
    'the token, where keys are tokens',
    { 'change.stream.document.key.as.key': 'false' },
    [ID, KEY],
    '{"_id": {"_data": "82AB"}}',
  ],
  ['the token, without a documentKey', {}, [ID], '{"_id": {"_data": "82AB"}}'],
  ['the whole event, which keys of a schema are made from', { 'output.format.key': 'schema' }, [ID, KEY], WHOLE],
  ['nothing, without a token and a documentKey', {}, [], '{}'],
])('the key of a dead letter is %s', (_, properties, fields, key) => {
  const config = mongodbSourceConfig.parse({ name: 'a', 'connector.class': 'MongoSource', ...properties });
  expect(toDeadLetterRecord(toBytes(fields), 'dlq', config)).toMatchObject({ topic: 'dlq', key });
});
