import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createConverter } from '../../../../functions/connect/converters/configure-converters.ts';
import { LOGICAL, type Schema, STRING } from '../../../../functions/connect/records.ts';

/** One of each kind that is written in its own way. */
const CHARACTERS = 'az"\\/\n\u0000\u001f\u007f\u0080é日\u2028😀';
const WITHOUT = { 'schemas.enable': 'false' };
const withSchemas = createConverter('Json', {});
const withoutSchemas = createConverter('Json', WITHOUT);
const textOf = (bytes: Uint8Array | null) => Buffer.from(bytes!).toString('utf8');
const read = (text: string, properties = WITHOUT) => createConverter('Json', properties).toData('t', Buffer.from(text));

describe('JsonConverter writes', () => {
  test('text that is UTF-8 bytes as it writes the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...CHARACTERS) }), (text) => {
        const bytes = Buffer.from(text, 'utf8');
        expect(textOf(withoutSchemas.toBytes('t', STRING, bytes))).toBe(
          textOf(withoutSchemas.toBytes('t', STRING, text)),
        );
        expect(JSON.parse(textOf(withoutSchemas.toBytes('t', STRING, bytes)))).toBe(text);
      }),
    );
  });

  test('a long text as a short one', () => {
    const text = `é😀"\n${'x'.repeat(5000)}`;
    expect(JSON.parse(textOf(withoutSchemas.toBytes('t', STRING, text)))).toBe(text);
    expect(textOf(withoutSchemas.toBytes('t', STRING, `${text}\ud800`))).toMatch(/\\uD83D\\uDE00.*\\uD800"$/s);
  });

  test('what source connectors make of JSON output', () => {
    expect(textOf(withSchemas.toBytes('t', STRING, Buffer.from('{"_id": 1}')))).toBe(
      '{"schema":{"type":"string","optional":false},"payload":"{\\"_id\\": 1}"}',
    );
  });

  test('records that stay as they are while later ones are written', () => {
    const first = withSchemas.toBytes('t', STRING, 'first');
    for (let i = 0; i < 1000; i++) withSchemas.toBytes('t', STRING, 'x'.repeat(1000));
    expect(textOf(first)).toContain('"payload":"first"');
  });

  test('the next record whole after one that failed half-way', () => {
    const schema: Schema = { type: 'array', optional: false, valueSchema: { type: 'int32', optional: false } };
    expect(() => withSchemas.toBytes('t', schema, [1, 'x'])).toThrow('Invalid type for INT32: string');
    expect(textOf(withSchemas.toBytes('t', schema, [2]))).toMatch(/,"payload":\[2\]}$/);
  });

  test.each<[string, Schema | null, unknown, string]>([
    ['NaN, which is no JSON', { type: 'float64', optional: false }, Number.NaN, '"NaN"'],
    ['infinity', { type: 'float32', optional: false }, Number.NEGATIVE_INFINITY, '"-Infinity"'],
    ['bytes without a schema', null, Buffer.of(1), '"AQ=="'],
    [
      'a map whose keys are not all texts',
      null,
      new Map<unknown, unknown>([
        ['a', 1n],
        [2n, 3n],
      ]),
      '[["a",1],[2,3]]',
    ],
    ['a field that is missing', struct({ a: { type: 'int32', optional: true } }), new Map(), '{"a":null}'],
    [
      'a null key as a name',
      { type: 'map', optional: false, keySchema: { type: 'string', optional: true }, valueSchema: STRING },
      new Map([[null, 'x']]),
      '{"null":"x"}',
    ],
  ])('%s', (_, schema, value, text) => {
    expect(textOf(withoutSchemas.toBytes('t', schema, value))).toBe(text);
  });

  test.each<[string, Schema | null, unknown, string]>([
    ['a text for an integer', { type: 'int32', optional: false }, '1', 'Invalid type for INT32: string'],
    ['a fraction for an integer', { type: 'int8', optional: false }, 1.5, 'Invalid type for INT8: number'],
    ['a number for a Long', { type: 'int64', optional: false }, 1, 'Invalid type for INT64: number'],
    ['a plain object', null, { secret: 1 }, 'Invalid type for unknown schema: Object'],
    ['a null that a schema requires', STRING, null, 'null value for field that is required'],
    ['a Date with a time', { type: 'int32', optional: false, name: LOGICAL.date }, 1n, 'should not have any time'],
    ['a Time of another day', { type: 'int32', optional: false, name: LOGICAL.time }, -1n, 'should not have any date'],
    [
      'a Timestamp that is no bigint',
      { type: 'int64', optional: false, name: LOGICAL.timestamp },
      5,
      'Expected a date',
    ],
    ['a Decimal of another scale', decimal('2'), { unscaled: 15n, scale: 1 }, 'Schema has scale 2, value has scale 1'],
  ])('nothing for %s', (_, schema, value, message) => {
    expect(() => withSchemas.toBytes('t', schema, value)).toThrow(message);
  });
});

describe('JsonConverter reads', () => {
  test.each([
    ['1000 levels', 1000, false],
    ['1001 levels', 1001, true],
  ])('%s of JSON, or refuses them', (_, depth, isRefused) => {
    const parse = () => read('['.repeat(depth) + ']'.repeat(depth));
    if (isRefused) expect(parse).toThrow('Expected at most 1000 levels');
    else expect(parse().value).toHaveLength(1);
  });

  test('never quotes a text that it refuses', () => {
    expect(() => read('{"secret": "value" secret}')).toThrow(
      "Expected '}', got something else at character 19 of the JSON text",
    );
    expect(() => read('["secret \\x"]')).toThrow('Expected escape sequences that JSON knows');
  });

  test('any JSON as JSON.parse does, but for integers that a number does not hold', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/(?<![.\d])\d{16,}(?![.\de])/.test(text));
        expect(toPlain(read(text).value)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('integers of 64 bits exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(read(String(value)).value).toBe(value);
        const schema: Schema = { type: 'int64', optional: false };
        expect(withSchemas.toData('t', withSchemas.toBytes('t', schema, value)).value).toBe(value);
      }),
    );
  });

  test('one schema object for all records with the same schema', () => {
    const first = withSchemas.toData('t', Buffer.from('{"schema":{"type":"int32"},"payload":1}'));
    withSchemas.toData('t', Buffer.from('{"schema":{"type":"int32","optional":true},"payload":null}'));
    const third = withSchemas.toData('t', Buffer.from('{"schema":{"type":"int32"},"payload":3}'));
    expect(third).toEqual({ schema: { type: 'int32', optional: false }, value: 3 });
    expect(third.schema).toBe(first.schema);
  });

  test('schemas anew that the cache has no room for', () => {
    for (const size of ['0', '1']) {
      const converter = createConverter('Json', { 'schemas.cache.size': size });
      for (let i = 0; i < 3; i++) {
        for (const type of ['int32', 'int8']) {
          const bytes = Buffer.from(`{"schema":{"type":"${type}"},"payload":300}`);
          expect(converter.toData('t', bytes).value).toBe(type === 'int8' ? 44 : 300);
        }
      }
    }
  });

  test('a struct whose default is a struct, which the peer can not', () => {
    const text =
      '{"schema":{"type":"struct","fields":[{"type":"int32","field":"a"}],"default":{"a":1}},"payload":null}';
    expect(read(text, {} as never).value).toEqual(new Map([['a', 1]]));
  });
});

function struct(fields: Readonly<Record<string, Schema>>): Schema {
  const list = Object.entries(fields).map(([field, schema]) => ({ field, schema }));
  return { type: 'struct', optional: false, fields: list };
}

function decimal(scale: string): Schema {
  return { type: 'bytes', optional: false, name: LOGICAL.decimal, parameters: { scale } };
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = {};
  // a field may be called __proto__
  for (const [name, member] of value) Object.defineProperty(plain, name, { value: toPlain(member), enumerable: true });
  return plain;
}
