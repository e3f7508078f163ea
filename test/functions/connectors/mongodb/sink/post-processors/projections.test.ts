import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonToBson } from '../../../../../../functions/connectors/mongodb/bson/json-to-bson.ts';
import { BSON_TYPE } from '../../../../../../functions/connectors/mongodb/bson/types.ts';
import { bytesOf, fieldsOf, toValue } from '../../../../../../functions/connectors/mongodb/bson/values.ts';
import { allowList } from '../../../../../../functions/connectors/mongodb/sink/post-processors/allow-list.ts';
import {
  blockList,
  type Projection,
} from '../../../../../../functions/connectors/mongodb/sink/post-processors/block-list.ts';

type Json = null | boolean | number | readonly Json[] | { readonly [name: string]: Json };

const bsonOf = (json: Json): Buffer => jsonToBson(Buffer.from(JSON.stringify(json)));

function projected(project: Projection, json: Json): Buffer {
  const value = toValue(BSON_TYPE.document, bsonOf(json));
  project(fieldsOf(value)!);
  return Buffer.from(bytesOf(value));
}

const isDocument = (json: Json): json is { readonly [name: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The peer's rule as it is told: every path against every pattern that wildcards make of it. */
function allowed(json: Json, list: readonly string[], path = ''): Json {
  const closed = new Set(
    list.flatMap((entry) => entry.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'))),
  );
  if (closed.has('**') || !isDocument(json)) return json;
  const kept = Object.entries(json).flatMap(([name, value]): [string, Json][] => {
    const at = path === '' ? name : `${path}.${name}`;
    const isKept =
      patternsOf(at).some((pattern) => closed.has(pattern)) ||
      [...closed].some((entry) => /^[^.*]+\*$/.test(entry) && at.startsWith(entry.slice(0, -1)));
    if (!isKept) return [];
    if (isDocument(value)) return [[name, closed.has(`${at}.**`) ? value : allowed(value, list, at)]];
    return [[name, Array.isArray(value) ? value.map((item: Json) => allowed(item, list, at)) : value]];
  });
  return Object.fromEntries(kept);
}

const patternsOf = (path: string): string[] =>
  path
    .split('.')
    .reduce<string[][]>(
      (all, part) =>
        all.flatMap((parts) => [
          [...parts, part],
          [...parts, '*'],
        ]),
      [[]],
    )
    .map((parts) => parts.join('.'));

const name = fc.constantFrom('a', 'b', 'ab', 'c.d', '_id');
const { document } = fc.letrec<{ document: Json; value: Json }>((tie) => ({
  document: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true, depthIdentifier: 'json' }),
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.constantFrom<Json>(1, null, true),
    tie('document'),
    fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }),
  ),
}));
const entry = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'c', 'd', '_id', '*', '**', 'a*'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('.'));
const list = fc.array(entry, { maxLength: 4 });

describe('an allow list', () => {
  test('keeps what the rule says, however it is found', () => {
    fc.assert(
      fc.property(document, list, (json, entries) => {
        expect(projected(allowList(entries), json)).toEqual(bsonOf(allowed(json, entries)));
      }),
      { numRuns: 2000 },
    );
  });

  test('does not take long for deep documents', () => {
    const deep = (levels: number): Json => (levels === 0 ? 1 : { a: deep(levels - 1) });
    const entries = [Array.from({ length: 60 }, () => '*').join('.')];
    expect(projected(allowList(entries), deep(60))).toEqual(bsonOf(deep(60)));
  });
});

describe('a block list', () => {
  test('of plain names removes those fields and nothing else', () => {
    fc.assert(
      fc.property(document, fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'ab')), (json, names) => {
        const rest = Object.fromEntries(Object.entries(json as object).filter(([of]) => !names.includes(of)));
        expect(projected(blockList(names), json)).toEqual(bsonOf(rest));
      }),
    );
  });

  test('removes nothing twice: the second time finds nothing', () => {
    fc.assert(
      fc.property(document, list, (json, entries) => {
        const project = blockList(entries);
        const once = toValue(BSON_TYPE.document, projected(project, json));
        const before = bytesOf(once);
        project(fieldsOf(once)!);
        expect(Buffer.from(bytesOf(once))).toEqual(Buffer.from(before));
      }),
    );
  });
});
