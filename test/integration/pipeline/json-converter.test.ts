import { Long, type ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import { openPipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
/** With schemas, which is the default: every record is an envelope, and the sink takes nothing else. */
const CONVERTERS = { 'key.converter': JSON_CONVERTER, 'value.converter': JSON_CONVERTER };
const DOCUMENT = { text: 'é😀 "quoted"', exact: Long.fromString('9007199254740993'), list: [1, 2] };

test.each([
  ['change events as texts', {}, {}],
  [
    'documents as structs',
    {
      'output.format.value': 'schema',
      'output.schema.infer.value': 'true',
      'publish.full.document.only': 'true',
    },
    { 'change.data.capture.handler': '' },
  ],
])('JsonConverter carries %s from collection to collection', async (_, source, sink) => {
  await using pipeline = await openPipeline({ source: { ...CONVERTERS, ...source }, sink: { ...CONVERTERS, ...sink } });
  await pipeline.sources[0]!.until('streaming');
  const { insertedId } = await pipeline.source.insertOne({ ...DOCUMENT });
  await until('the document is in the other collection', async () => (await pipeline.sink.countDocuments()) > 0);
  expect(await pipeline.sink.findOne({}, { promoteLongs: false })).toEqual({
    _id: 'output.format.value' in source ? idText(insertedId) : insertedId,
    ...DOCUMENT,
  });
});

/** Schema output has ids as the texts that the formatter makes of them. */
const idText = (id: ObjectId): unknown => expect.stringContaining(id.toHexString());
