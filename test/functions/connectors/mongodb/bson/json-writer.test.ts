import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutputBuffer } from '../../../../../functions/connect/output-buffer.ts';
import { JSON_FORMATS } from '../../../../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf, writeDocument } from '../../../../../functions/connectors/mongodb/bson/json-writer.ts';
import { type Formatter, referenceJson } from './reference-json.ts';
import { anyFields, type Field, toBytes } from './tagged-bson.ts';

const formatters = Object.keys(JSON_FORMATS) as Formatter[];

describe.each(formatters)('%s', (formatter) => {
  test('writes any document as the plain writer does', () => {
    fc.assert(
      fc.property(anyFields, (fields) => {
        expect(jsonTextOf(toBytes(fields), JSON_FORMATS[formatter])).toBe(referenceJson(fields, formatter));
      }),
      { numRuns: 500 },
    );
  });
});

test('a text that is handed out stays as it is while others are written behind it', () => {
  const out = new OutputBuffer();
  const long = 'é"\u0001x'.repeat(20_000);
  const documents: Field[][] = Array.from({ length: 12 }, (_, n) => [
    ['n', { type: 'int32', value: n }],
    ['text', { type: 'string', value: long.slice(0, n * 9_000) }],
  ]);

  const texts = documents.map((fields) => {
    writeDocument(out, toBytes(fields), 0, JSON_FORMATS.default);
    return out.take();
  });

  expect(texts.map(String)).toEqual(documents.map((fields) => referenceJson(fields, 'default')));
});

test('names of any length are whole, with a sign that needs an escape or without', () => {
  const names = Array.from({ length: 12 }, (_, n) => 'n'.repeat(122 + n)).flatMap((name) => [
    name,
    `${name}"`,
    `é${name}`,
  ]);
  const fields = names.map((name): Field => [name, { type: 'int32', value: 1 }]);
  expect(jsonTextOf(toBytes(fields), JSON_FORMATS.default)).toBe(referenceJson(fields, 'default'));
});

test('a broken document is a data error that shows nothing of its content, and leaves no half of a text', () => {
  const out = new OutputBuffer();
  const bytes = toBytes([['secret', { type: 'string', value: 'hunter2' }]]);
  bytes[4] = 0x42;

  expect(() => writeDocument(out, bytes, 0, JSON_FORMATS.default)).toThrow(
    expect.objectContaining({ name: 'DataError', message: expect.not.stringContaining('hunter2') }),
  );
  out.drop();
  writeDocument(out, toBytes([]), 0, JSON_FORMATS.default);
  expect(String(out.take())).toBe('{}');
});

test('any cut of a document is a data error, never a wrong text or a read beyond its end', () => {
  const whole = toBytes([
    ['a', { type: 'string', value: 'text' }],
    ['b', { type: 'document', value: [['c', { type: 'regex', pattern: 'x', options: 'i' }]] }],
    ['d', { type: 'binary', subtype: 0, value: Buffer.from('abc') }],
  ]);
  for (let length = 0; length < whole.length - 1; length++) {
    expect(() => jsonTextOf(whole.subarray(0, length), JSON_FORMATS.extended), `${length} bytes`).toThrow(
      expect.objectContaining({ name: 'DataError' }),
    );
  }
});
