import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVIATIONS as SINK_DEVIATIONS } from '../functions/connectors/mongodb/sink/conformance/deviations.ts';
import { DEVIATIONS as SOURCE_DEVIATIONS } from '../functions/connectors/mongodb/source/conformance/deviations.ts';
import { type Kind, kindOf } from './kind-of.ts';
import { runCase } from './run-folder.ts';

type Vector = Record<string, unknown> & { readonly name: string };
type Change = (old: never) => unknown;

function casesOf(kind: Kind): readonly Vector[] {
  const folder = join(import.meta.dirname, kind);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}
const CASES = { source: casesOf('source'), sink: casesOf('sink') };

function named(kind: Kind, name: string): Vector {
  const found = CASES[kind].find((vector) => vector.name === name);
  if (!found) throw new Error(`There is no case ${name}`);
  return found;
}

/** The case with another value at a path such as `expected.polls.0.0.value`; an undefined one is taken away. */
function altered(vector: Vector, path: string, change: Change): Vector {
  const copy = structuredClone(vector);
  const names = path.split('.');
  const last = names.pop()!;
  const parent = names.reduce<Record<string, unknown>>((node, name) => node[name] as Record<string, unknown>, copy);
  const value = change(parent[last] as never);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const passes = async (kind: Kind, vector: Vector) => !('error' in (await runCase(kind, vector)));
const is =
  (value: unknown): Change =>
  () =>
    value;
const gone: Change = () => undefined;
const longer: Change = (text: string) => `${text} `;
const doubled: Change = (list: readonly unknown[]) => [...list, ...list];
const shorter: Change = (list: readonly unknown[]) => list.slice(1);
/** The members of an object in the opposite order. */
const turned: Change = (object: object) => Object.fromEntries(Object.entries(object).reverse());

const RECORD = 'expected.polls.0.0';
const WATCH = 'expected.watches.0';

test.each<[string, string, string, Change]>([
  ['the value of a record', 'format-json-json', `${RECORD}.value`, longer],
  ['its key', 'format-json-json', `${RECORD}.key`, is('{"_id": 2}')],
  ['its topic', 'format-json-json', `${RECORD}.topic`, is('shop.order')],
  ['its schema', 'format-json-json', `${RECORD}.valueSchema.optional`, is(true)],
  ['the order of its schema', 'format-schema-schema', `${RECORD}.valueSchema`, turned],
  ['the payload of a struct', 'avro-value-boolean', `${RECORD}.value`, is('{"v":false}')],
  ['bytes', 'format-bson-bson', `${RECORD}.value`, (hex: string) => hex.replace('0', '1')],
  ['its offset', 'format-json-json', `${RECORD}.sourceOffset._id`, is('{"_data": "82"}')],
  ['one record more', 'format-json-json', 'expected.polls.0', doubled],
  ['one record less', 'format-json-json', 'expected.polls.0', shorter],
  ['no polls', 'format-json-json', 'expected.polls', gone],
  ['the source partition', 'format-json-json', 'expected.sourcePartition', is('mongodb://h/shop.orders')],
  ['a failure that does not come', 'format-json-json', 'expected.throws', is([{ message: 'x' }])],
  ['a failure that is not told', 'errors-none', 'expected.polls', is([])],
  ['the words about a value', 'avro-value-bool-to-int', `expected.polls.0.throws.1.message`, longer],
  ['the words of a server', 'copy-token-error', 'expected.throws.0.message', is("error 13 (X): 'no' on server h:1")],
  ['what is watched', 'watch-collection', `${WATCH}.target.collection`, is('order')],
  ['an option of the stream', 'watch-collation-locale', `${WATCH}.options.collation.locale`, is('de')],
  ['a mode of the stream', 'watch-full-document-required', `${WATCH}.options.fullDocument`, is('whenAvailable')],
  ['the size of a reply', 'watch-batch-size', `${WATCH}.options.batchSize`, is(1)],
  ['one stream less', 'watch-collection', 'expected.watches', shorter],
  ['the pipeline', 'watch-pipeline-two-stages', `${WATCH}.pipeline`, (stages: unknown[]) => [...stages].reverse()],
  ['the property of an error', 'config-batch-size-0', 'expected.configErrors.0.property', is('batch')],
  ['the words of an error', 'config-batch-size-0', 'expected.configErrors.0.message', longer],
  ['no error', 'config-batch-size-0', 'expected.configErrors', is([])],
  [
    'what a property means',
    'config-defaults',
    'expected.resolved.values',
    (old: object) => ({ ...old, 'batch.size': 1 }),
  ],
  [
    'the type of a value',
    'config-defaults',
    'expected.resolved.values',
    (old: object) => ({ ...old, 'batch.size': '0' }),
  ],
  ['the collation', 'config-defaults', 'expected.resolved.collation', is({})],
  ['how it begins', 'config-timestamp-13', 'expected.resolved.startup.i', is(8)],
  ['a topic', 'topic-prefix-trimmed', 'expected.topics', doubled],
  ['the order of a schema', 'avro-schema-primitives', 'expected.schema', turned],
  ['a setting of the client', 'client-defaults', 'expected.client.retryReads', is(false)],
  ['a copying aggregation', 'copy-collection', 'expected.copies.0.allowDiskUse', is(false)],
  ['a copied record', 'copy-collection', `${RECORD}.topic`, is('x')],
  ['a sentence', 'watch-pipeline-uuid', 'improved', is('The UUIDs are sent as texts.')],
  ['a better result', 'json-default-double-special', 'improved.polls.0.0.value', longer],
  ['what is given', 'format-json-json', 'props', (old: object) => ({ ...old, 'topic.prefix': 'x' })],
  ['a case that comes out otherwise', 'errors-read-socket-none', 'expected.polls', is([])],
])('a case of the source fails with another result: %s', async (_, name, path, change) => {
  const vector = named('source', name);
  expect(await passes('source', vector)).toBe(true);
  expect(await passes('source', altered(vector, path, change))).toBe(false);
});

const MODEL = 'expected.batches.0.models.0';
const POSITIVE = 'batching/max 3 of seven';
const REFUSED = 'errors/write error all ordered false';

test.each<[string, string, string, Change]>([
  ['a value', 'cdc-mongodb/op update full', `${MODEL}.replacement.a.$numberInt`, is('2')],
  ['the type of a number', 'cdc-mongodb/op update full', `${MODEL}.replacement.a`, is({ $numberLong: '1' })],
  ['the order of fields', 'cdc-mongodb/op update full', `${MODEL}.replacement`, turned],
  ['one field more', 'cdc-mongodb/op update full', `${MODEL}.replacement`, (old: object) => ({ ...old, b: null })],
  ['the filter', 'cdc-mongodb/op update full', `${MODEL}.filter`, is({})],
  ['upsert', 'cdc-mongodb/op update full', `${MODEL}.upsert`, is(true)],
  ['the kind of a write', 'cdc-mongodb/op update full', `${MODEL}.op`, is('updateOne')],
  ['the namespace', 'topics/override collection', 'expected.batches.1.namespace', is('db.c')],
  ['nothing written', 'topics/override collection', 'expected.batches', is([])],
  ['no word about what is written', 'topics/override collection', 'expected.batches', gone],
  ['one write more', POSITIVE, 'expected.batches.0.models', doubled],
  ['the size of a batch', POSITIVE, 'props', (old: object) => ({ ...old, 'max.batch.size': '4' })],
  ['whether it is ordered', REFUSED, 'expected.batches.0.ordered', is(true)],
  ['a dead letter less', REFUSED, 'expected.deadLetters', is([])],
  ['the place of a dead letter', REFUSED, 'expected.deadLetters.0.offset', is(3)],
  ['the words of a dead letter', REFUSED, 'expected.deadLetters.0.message', longer],
  ['what the server carried out', REFUSED, 'expected.written', shorter],
  ['a put that fails', REFUSED, 'expected.throws', is({ stage: 'put' })],
  ['a put that does not fail', 'cdc-mongodb/none tolerance', 'expected.throws', gone],
  ['a result that is not known', REFUSED, 'expected.rejected', is([])],
  ['a kind of id', 'ids/BsonOidStrategy plain', `${MODEL}.filter._id.$any`, is('uuid')],
  ['a field of a struct', 'struct/nested struct', `${MODEL}.replacement.s.y`, is('')],
  ['a field without a schema', 'schemaless/field order', `${MODEL}.replacement.k10.$numberLong`, is('7')],
  ['which record no converter takes', 'schemaless/invalid', 'expected.converterErrors.0.record', is(1)],
  ['that none takes it', 'schemaless/invalid', 'expected.converterErrors', gone],
  ['a collection that is made', "timeseries/text '2020-01-01'", 'expected.created.0.namespace', is('db.u')],
  ['no collection that is made', "timeseries/text '2020-01-01'", 'expected.created', gone],
  ['the property of an error', 'config/topics missing', 'expected.configErrors.0.property', is('topic')],
  ['the words of an error', 'config/topics missing', 'expected.configErrors.0.message', longer],
  ['an error that is none', 'config/minimal', 'expected.configErrors', is([{ property: 'topics', message: 'x' }])],
  ['a better result', 'errors/disconnect all', 'improved.deadLetters', is([{ topic: 't', partition: 0, offset: 0 }])],
  ['a case that comes out otherwise', 'renaming/mapping swap', `${MODEL}.upsert`, is(false)],
])('a case of the sink fails with another result: %s', async (_, name, path, change) => {
  const vector = named('sink', name);
  expect(await passes('sink', vector)).toBe(true);
  expect(await passes('sink', altered(vector, path, change))).toBe(false);
});

test('the order of fields counts inside of a pipeline', async () => {
  const match = (pipeline: object) => {
    const given = altered(named('source', 'watch-collection'), 'props', (old: object) => ({
      ...old,
      pipeline: '[{$match: {a: 1, b: 2}}]',
    }));
    return passes('source', altered(given, `${WATCH}.pipeline`, is([{ $match: pipeline }])));
  };
  expect(await match({ a: { $numberInt: '1' }, b: { $numberInt: '2' } })).toBe(true);
  expect(await match({ b: { $numberInt: '2' }, a: { $numberInt: '1' } })).toBe(false);
});

test.each([
  ['source', SOURCE_DEVIATIONS],
  ['sink', SINK_DEVIATIONS],
] as const)(
  'what comes out otherwise on purpose does so for exactly its case (%s), and is documented',
  async (kind, deviations) => {
    const differences = readFileSync(join(import.meta.dirname, '../../docs/differences.md'), 'utf8');
    const names = Object.keys(deviations);
    expect(names.filter((name) => !differences.includes(`\`${name}\``))).toEqual([]);
    for (const name of names) {
      expect(await runCase(kind, named(kind, name))).toEqual({ name, otherwise: expect.any(String) });
      expect(await passes(kind, { ...named(kind, name), why: 'another case' }), name).toBe(false);
    }
  },
);

test.each(['source', 'sink'] as const)('cases of a %s are told by what they have', (kind) => {
  expect(kindOf(CASES[kind])).toBe(kind);
  expect(kindOf([named(kind, kind === 'source' ? 'config-batch-size-0' : 'config/minimal')])).toBe(kind);
});

test('the runner prints each failure with its difference, and counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const right = named('source', 'topic-prefix-trimmed');
    const wrong = altered(right, 'expected.topics.0', is('wrong.topic'));
    writeFileSync(join(folder, 'some.json'), JSON.stringify([right, { ...wrong, name: 'an altered case' }]));
    writeFileSync(join(folder, 'broken.json'), '[');
    const { stdout, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), folder], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('FAILED an altered case (some.json)');
    expect(stdout).toMatch(/^ +- +'wrong\.topic'/m);
    expect(stdout).toContain('FAILED broken.json');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 2 failed');
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
