import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkTree, forbiddenImports, rooms } from '../../checks/import-directions.ts';

const project = join(import.meta.dirname, '../..');

describe('finds a forbidden import in each of its spellings', () => {
  test.each([
    ['a static import', `import { tail } from '../source/tail.ts';`],
    ['a type-only import', `import type { TailDeps } from '../source/tail.ts';`],
    ['a type among values', `import { type TailDeps, tail } from '../source/tail.ts';`],
    ['an import over several lines', `import {\n  type TailDeps,\n  tail,\n} from '../source/tail.ts';`],
    ['a namespace import', `import * as source from '../source/tail.ts';`],
    ['an import for its effects', `import '../source/tail.ts';`],
    ['an import behind another statement', `start();import '../source/tail.ts';`],
    ['a re-export', `export { tail } from '../source/tail.ts';`],
    ['a re-export of all', `export * from '../source/tail.ts';`],
    ['a type-only re-export', `export type { TailDeps } from '../source/tail.ts';`],
    ['a dynamic import', `const { tail } = await import('../source/tail.ts');`],
    ['a dynamic import over two lines', `const loaded = import(\n  '../source/tail.ts'\n);`],
    ['a type of a dynamic import', `type Deps = import('../source/tail.ts').TailDeps;`],
    ['require', `const { tail } = require('../source/tail.ts');`],
    ['double quotes', `import { tail } from "../source/tail.ts";`],
    ['a template', 'const loaded = import(`../source/tail.ts`);'],
    ['no blanks', `import{tail}from'../source/tail.ts';`],
    ['a comment in between', `import { tail } from /* the loop */ '../source/tail.ts';`],
    ['attributes', `import table from '../source/table.json' with { type: 'json' };`],
    ['a detour', `import { tail } from '../../functions/../functions/source/tail.ts';`],
    ['no extension', `import { tail } from '../source';`],
  ])('%s', (_, text) => {
    expect(forbiddenImports('functions/sink/put.ts', text)).toEqual([
      expect.stringContaining('functions/sink/put.ts: functions/sink/ must not import functions/source'),
    ]);
  });

  test('all of a file at once', () => {
    const text = `import { a } from '../source/a.ts';\nimport { b } from '../replay/b.ts';\nimport { c } from '../connect/c.ts';`;
    expect(forbiddenImports('functions/sink/put.ts', text)).toHaveLength(2);
  });
});

describe('refuses what the house forbids', () => {
  test.each([
    ['connect knows no connector', 'functions/connect/records.ts', '../connectors/sources.ts'],
    ['connect knows no database', 'functions/connect/records.ts', 'mongodb'],
    ['connect knows no cloud', 'functions/connect/records.ts', '@aws-sdk/client-sqs'],
    ['connect knows no broker', 'functions/connect/records.ts', 'kafkajs'],
    ['connect reads no files', 'functions/connect/records.ts', 'node:fs/promises'],
    ['connect opens no sockets', 'functions/connect/records.ts', 'net'],
    ['connectors know no cloud', 'functions/connectors/mongodb/sink/put.ts', '@aws-sdk/client-sqs'],
    ['connectors know no adapter', 'functions/connectors/mongodb/sink/put.ts', '../../../aws/log.ts'],
    ['a sink knows no source', 'functions/connectors/mongodb/sink/put.ts', '../source/change-stream.ts'],
    ['BSON knows no driver of connections', 'functions/connectors/mongodb/bson/scan.ts', '../client/connect.ts'],
    ['adapters know no connector', 'functions/aws/log.ts', '../connectors/sinks.ts'],
    ['adapters know no deployable', 'functions/aws/log.ts', '../sink/put.ts'],
    ['only aws/kafka knows kafkajs', 'functions/aws/log.ts', 'kafkajs'],
    ['not by an inner module either', 'functions/source/main.ts', 'kafkajs/src/broker/index.js'],
    ['deployables stay apart', 'functions/replay/handler.ts', '../sink/put.ts'],
    ['the widget knows no command', 'functions/widget/page.ts', '../../cli/one-line.ts'],
    ['the product knows no infrastructure', 'functions/source/main.ts', '../../infra/names.ts'],
    ['the stacks know no kafkajs', 'infra/stacks/kafka-stack.ts', 'kafkajs'],
    ['the infrastructure knows no command', 'infra/app.ts', '../cli/program.ts'],
    ['nothing knows the tests', 'cli/program.ts', '../test/support/services.ts'],
    ['nothing is found by its absolute path', 'functions/sink/put.ts', '/opt/functions/source/tail.ts'],
  ])('%s', (_, file, specifier) => {
    expect(forbiddenImports(file, `import '${specifier}';`)).toHaveLength(1);
  });

  test('a file that belongs to no room', () => {
    expect(forbiddenImports('functions/helpers.ts', '')).toEqual([expect.stringContaining('belongs to no room')]);
  });

  test.each([
    ['a name', 'import(name)'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template
    ['a template', 'import(`./${name}.ts`)'],
    ['over several lines', 'import(\n  name,\n)'],
  ])('an import of the product that is computed: %s', (_, text) => {
    expect(forbiddenImports('functions/source/main.ts', text)).toHaveLength(1);
    expect(forbiddenImports('infra/local/sink-process.ts', text)).toEqual([]);
  });
});

describe('lets pass what the house allows', () => {
  test.each([
    ['the common vocabulary', 'functions/sink/put.ts', `import { topicPartitionOf } from '../connect/records.ts';`],
    ['an adapter', 'functions/sink/handler.ts', `import { createLog } from '../aws/log.ts';`],
    ['a neighbour', 'functions/sink/put.ts', `import { plan } from './plan.ts';`],
    ['a package', 'functions/connectors/mongodb/sink/put.ts', `import { MongoClient } from 'mongodb';`],
    ['a pure module of the runtime', 'functions/connect/records.ts', `import assert from 'node:assert';`],
    ['kafkajs where it belongs', 'functions/aws/kafka/lanes.ts', `import { Kafka } from 'kafkajs';`],
    ['a file outside of the rooms', 'functions/aws/log.ts', `import { version } from '../../package.json';`],
    ['a text that looks like a package', 'functions/connect/records.ts', `export const DRIVER = 'mongodb';`],
    ['a word that ends in import', 'functions/connect/records.ts', `const x = reimport('mongodb');`],
    ['a sentence about import()', 'functions/connect/records.ts', `// import() would load it later`],
    ['anything in a test', 'test/functions/sink/put.test.ts', `import '../../../functions/source/tail.ts';`],
    ['anything in the documentation', 'docs/generate.ts', `import '../functions/connectors/sinks.ts';`],
  ])('%s', (_, file, text) => {
    expect(forbiddenImports(file, text)).toEqual([]);
  });
});

test('a tree is checked with its JavaScript files, without its dependencies and output', () => {
  const root = mkdtempSync(join(tmpdir(), 'rooms-'));
  const write = (path: string) => {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), `import '../source/tail.ts';\n`);
  };
  try {
    for (const file of ['put.ts', 'put.mjs', 'dist/put.mjs', 'node_modules/put.js']) write(`functions/sink/${file}`);
    expect(checkTree(root).map((sentence) => sentence.split(':')[0])).toEqual([
      'functions/sink/put.mjs',
      'functions/sink/put.ts',
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('every room may import itself', () => {
  expect(rooms.filter(({ room, mayImport }) => !mayImport.some((folder) => room.startsWith(folder)))).toEqual([]);
});

test('the project keeps to its import directions', () => {
  expect(checkTree(project)).toEqual([]);
});
