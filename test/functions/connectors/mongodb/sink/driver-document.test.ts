import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { jsonToBson } from '../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { toDriverDocument } from '../../../../../functions/connectors/mongodb/sink/driver-document.ts';

test.each([
  ['names that are numbers', '{"b": 1, "0": {"z": 1, "10": 2, "9": 3}, "a": [{"y": 1, "1": 2}]}'],
  [
    'numbers',
    '{"i": 1, "l": {"$numberLong": "1"}, "d": 1.0, "e": {"$numberDecimal": "1.50"}, "n": {"$numberDouble": "NaN"}}',
  ],
  [
    'others',
    '{"o": {"$oid": "5f15aab12435743f9bd126a4"}, "t": {"$date": 5}, "n": null, "b": {"$binary": {"base64": "AQI=", "subType": "04"}}}',
  ],
  [
    'odd ones',
    '{"r": {"$regularExpression": {"pattern": "a", "options": "im"}}, "s": {"$symbol": "x"}, "m": {"$minKey": 1}, "c": {"$code": "f"}, "ts": {"$timestamp": {"t": 1, "i": 2}}}',
  ],
  ['operators and dots', '{"$x": {"$ref": "c", "$id": 1}, "a.b": "", "": true}'],
])('the driver makes the same bytes again of %s', (_, json) => {
  const bytes = jsonToBson(Buffer.from(json));
  expect(Buffer.from(BSON.serialize(toDriverDocument(bytes))).toString('hex')).toBe(bytes.toString('hex'));
});
