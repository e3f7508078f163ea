import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mongodbSink } from '../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { moduleLoader } from '../../../functions/sink/load-module.ts';
import { bundleModule } from '../../../infra/bundle-module.ts';
import { modulesOf } from '../../../infra/connector-modules.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-modules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const found = (properties: Readonly<Record<string, unknown>>) =>
  modulesOf(mongodbSink, properties, join(folder, 'orders-sink.json'));

test('modules are found beside the connector file, those of topics too', () => {
  write('com.acme.A.mjs', '');
  write('com.acme.B$Inner.ts', '');
  const properties = {
    'field.value.transformer': ' com.acme.A ',
    'topic.override.t.field.value.transformer': 'com.acme.B$Inner',
  };
  expect(found(properties)).toEqual({
    problems: [],
    modules: [
      { className: 'com.acme.A', file: join(folder, 'com.acme.A.mjs') },
      { className: 'com.acme.B$Inner', file: join(folder, 'com.acme.B$Inner.ts') },
    ],
  });
});

test('a module that is not there is a problem', () => {
  expect(found({ 'field.value.transformer': 'com.acme.A' }).problems).toEqual([
    {
      property: 'field.value.transformer',
      message: 'Class not found: com.acme.A; expected a module com.acme.A.mjs or .ts beside the connector file',
    },
  ]);
});

test('a packed module has all that it imports, and is loaded by its class name', async () => {
  write('suffix.ts', `export const suffix: string = '!';`);
  write(
    'com.acme.A.ts',
    `import { suffix } from './suffix.ts'; export const createTransformer = () => (_name: string, value: string) => value + suffix;`,
  );
  const out = join(folder, 'out');
  mkdirSync(out);
  await bundleModule({ className: 'com.acme.A', file: join(folder, 'com.acme.A.ts') }, out);
  const { createTransformer } = (await moduleLoader(join(out, 'connector.json'))('com.acme.A')) as {
    createTransformer(): (name: string, value: string) => string;
  };
  expect(createTransformer()('a', 'x')).toBe('x!');
});

test.each([
  ['exports something else', 'export const transform = 1;', 'Expected it to export a function createTransformer'],
  ['is no module', 'export const {', "It can't be compiled: "],
])('a module that %s is refused before anything is deployed', async (_, text, why) => {
  write('com.acme.A.mjs', text);
  const packing = bundleModule({ className: 'com.acme.A', file: join(folder, 'com.acme.A.mjs') }, join(folder, 'out'));
  await expect(packing).rejects.toThrow(`field.value.transformer: com.acme.A.mjs: ${why}`);
});
