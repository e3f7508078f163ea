import { expect, test } from 'vitest';
import { convertersOf, reviewConverters } from '../../../../functions/connect/converters/configure-converters.ts';
import { STRING } from '../../../../functions/connect/records.ts';

const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';

const configOf = (originals: Readonly<Record<string, string>>) => ({
  keyConverter: originals['key.converter'] ?? STRING_CONVERTER,
  valueConverter: originals['value.converter'] ?? STRING_CONVERTER,
  headerConverter: originals['header.converter'] ?? 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  originals,
});
const review = (originals: Readonly<Record<string, string>>) => reviewConverters(configOf(originals));
const valueTextOf = (originals: Readonly<Record<string, string>>) =>
  Buffer.from(convertersOf(configOf(originals)).value.toBytes('t', STRING, 'x')!).toString();

test.each([
  ['schemas are on unless they are turned off', {}, '{"schema":{"type":"string","optional":false},"payload":"x"}'],
  ['the value converter has its own properties', { 'value.converter.schemas.enable': 'false' }, '"x"'],
  [
    'those of the key converter are not its own',
    { 'key.converter': 'Json', 'key.converter.schemas.enable': 'false' },
    '{"schema":{"type":"string","optional":false},"payload":"x"}',
  ],
])('%s', (_, properties, text) => {
  expect(valueTextOf({ 'value.converter': 'JsonConverter', ...properties })).toBe(text);
});

test('properties of a converter that the file does not name have no effect, and a warning says so', () => {
  const properties = { 'value.converter.converter.encoding': 'UTF-16' };
  expect(valueTextOf(properties)).toBe('x');
  expect(review(properties)).toEqual({
    problems: [],
    warnings: ['value.converter.converter.encoding: Ignored, since value.converter is not set; it is StringConverter'],
  });
});

test('all that is wrong is told at once, by its full name', () => {
  const { problems, warnings } = review({
    'key.converter': 'Json',
    'key.converter.schemas.enable': 'maybe',
    'key.converter.decimal.format': 'numeric',
    'key.converter.schemas.cache.size': '-1',
    'value.converter': 'Json',
    'value.converter.schema.enable': 'false',
    'value.converter.schema.registry.url': 'http://localhost',
    'header.converter': 'String',
    'header.converter.converter.encoding': 'EBCDIC',
  });
  expect(problems).toEqual([
    {
      property: 'key.converter.schemas.enable',
      message: 'Invalid value maybe for configuration schemas.enable: Expected value to be either true or false',
    },
    {
      property: 'key.converter.schemas.cache.size',
      message: 'Invalid value -1 for configuration schemas.cache.size: Value must be at least 0',
    },
    { property: 'value.converter.schema.enable', message: 'Unknown property; did you mean schemas.enable?' },
    {
      property: 'header.converter.converter.encoding',
      message: expect.stringMatching(
        /^Invalid value EBCDIC for configuration converter.encoding: Expected one of UTF-8/,
      ),
    },
  ]);
  expect(warnings).toEqual([expect.stringMatching(/^value.converter.schema.registry.url: Unknown property, ignored/)]);
});

test('a value in a placeholder is looked at only once it is there', () => {
  expect(review({ 'value.converter': 'Json', 'value.converter.schemas.enable': `\${ssm:flag}` }).problems).toEqual([]);
  expect(review({ 'value.converter': `\${ssm:class}`, 'value.converter.schemas.enable': 'x' }).problems).toEqual([]);
});
