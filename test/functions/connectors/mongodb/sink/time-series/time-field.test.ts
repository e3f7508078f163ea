import { expect, test } from 'vitest';
import { written } from '../planned.ts';

const PROPERTIES = {
  'timeseries.timefield': 'ts',
  'timeseries.timefield.auto.convert': 'true',
  // as a replacement, so that the whole document is seen
  'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy',
};
const convert = (json: string) => (written(PROPERTIES, `{"_id":1,"ts":${json}}`) as { ts: unknown }).ts;
const date = (ms: string) => ({ $date: { $numberLong: ms } });

test.each([
  ['a text of the default pattern', '"2020-01-01T07:27:07.123Z"', date('1577863627123')],
  ['an int', '-5', date('-5')],
  ['a long beyond what a double holds', '{"$numberLong":"9007199254740993"}', date('9007199254740993')],
  ['a fraction is cut', '-1.9', date('-1')],
  ['no number is 1970', '{"$numberDouble":"NaN"}', date('0')],
  ['what is too large is the largest', '1e300', date('9223372036854775807')],
  ['a decimal', '{"$numberDecimal":"5.9"}', date('5')],
  ['a text that does not fit', '"yesterday"', 'yesterday'],
  ['another type', 'true', true],
])('the time field: %s', (_, json, expected) => {
  expect(convert(json)).toEqual(expected);
});
