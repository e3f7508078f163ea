import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KNOWN_CLASSES } from '../../cli/connector-of.ts';
import { toConnectorSchema } from '../../docs/connector-schema.ts';
import { generate } from '../../docs/generate.ts';
import { type Declared, toPropertyPage, toTable } from '../../docs/property-page.ts';
import { referencePages } from '../../docs/reference-pages.ts';
import { connectorConfig } from '../../functions/connect/connector-config.ts';
import { ERROR_CODES } from '../../functions/connect/errors.ts';
import { METRICS } from '../../functions/connect/metrics.ts';
import { boolean, choice, int, password, text } from '../../functions/connect/properties.ts';
import { sinkConnectorOf } from '../../functions/connectors/sinks.ts';
import { sourceConnectorOf } from '../../functions/connectors/sources.ts';

const docs = join(import.meta.dirname, '../../docs');
const common = { group: 'Writes', importance: 'high' } as const;
const declared: Declared = connectorConfig({
  properties: {
    'a.uri': password({ ...common, description: 'Where it is.' }),
    'a.mode': choice(['', 'one', 'two'], { ...common, description: 'How <it> works.', default: 'one' }),
    'a.size': int({ ...common, description: 'How | big.', default: '5', min: 1 }),
    'b.flag': boolean({ ...common, group: 'Others', description: 'Whether.', default: 'false' }),
    'b.text': text({ ...common, group: 'Others', description: 'What.', default: '' }),
  },
  families: { 'c.': 'Free ones.' },
  notBuilt: { d: 'later', 'e.': 'much later' },
});

describe('a page of properties', () => {
  const page = toPropertyPage('Title', 'Intro', declared);

  test.each([
    ['a required one', '| `a.uri` | password | required | high | Where it is. |'],
    [
      'choices, without a tag in a sentence',
      '| `a.mode` | string: empty, `one`, `two` | `one` | high | How &lt;it> works. |',
    ],
    ['a range, with its bar escaped', '| `a.size` | int, at least 1 | `5` | high | How \\| big. |'],
    ['an empty default', '| `b.text` | string | empty | high | What. |'],
    ['a family', '| `c.` | Free ones. |'],
    ['what is not built', '| `e.` | much later |'],
  ])('has %s', (_, row) => {
    expect(page.split('\n')).toContain(row);
  });

  test('has a section for each group, in the order of the declaration', () => {
    expect(page.match(/^## .*/gm)).toEqual(['## Writes', '## Others', '## Free properties', '## Not built yet']);
  });

  test('has one cell per column in each row', () => {
    expect(toTable(['A', 'B'], [['x', 'two\nlines']])).toEqual(['| A | B |', '| --- | --- |', '| x | two lines |']);
  });
});

describe('the schema of connector files', () => {
  const { definitions } = toConnectorSchema({
    source: { ...declared, classes: ['Source'] },
    sink: { ...declared, classes: ['Sink'] },
  }) as { definitions: { source: Record<string, Record<string, unknown>> } };
  const { properties, patternProperties, required } = definitions.source;

  test('requires what has no default', () => {
    expect(required).toEqual(['a.uri']);
  });

  test('refuses what is not built, also by its prefix', () => {
    expect(properties?.d).toMatchObject({ not: {} });
    expect(patternProperties?.['^e\\.']).toMatchObject({ not: {} });
  });

  test.each([
    ['a.mode', 'One', true],
    ['a.mode', 'three', false],
    ['a.size', '12', true],
    ['a.size', 'many', false],
    ['b.flag', 'TRUE', true],
    ['b.flag', 'yes', false],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a connector file
    ['a.size', '${ssm:size}', true],
  ])('%s may be %s: %s', (property, value, expected) => {
    const schema = properties?.[property] as
      | { anyOf: { enum?: string[]; type?: string; pattern?: string }[] }
      | undefined;
    const accepts = schema?.anyOf.some(
      ({ enum: values, type, pattern }) =>
        values?.includes(value) || (type === 'string' && pattern !== undefined && new RegExp(pattern).test(value)),
    );
    expect(accepts).toBe(expected);
  });
});

describe('what the pages say', () => {
  const pages = referencePages();

  test('every property of both connectors is on its page and in the schema', () => {
    const { definitions } = JSON.parse(pages['connector.schema.json'] ?? '') as {
      definitions: Record<'source' | 'sink', { properties: Record<string, unknown> }>;
    };
    const [sourceClass, sinkClass] = KNOWN_CLASSES;
    const source = Object.keys(sourceConnectorOf(sourceClass)?.config.properties ?? {});
    const sink = Object.keys(sinkConnectorOf(sinkClass)?.config.properties ?? {});
    expect(source.length).toBeGreaterThan(20);
    expect(sink.length).toBeGreaterThan(20);
    for (const name of source) expect(pages['source-properties.md']).toContain(`| \`${name}\` |`);
    for (const name of sink) expect(pages['sink-properties.md']).toContain(`| \`${name}\` |`);
    expect(Object.keys(definitions.source.properties)).toEqual(expect.arrayContaining(source));
    expect(Object.keys(definitions.sink.properties)).toEqual(expect.arrayContaining(sink));
  });

  test('every error and every metric is on its page', () => {
    for (const name of Object.keys(ERROR_CODES)) expect(pages['errors.md']).toContain(`| \`${name}\` |`);
    for (const name of Object.keys(METRICS)) expect(pages['metrics.md']).toContain(`| \`${name}\` |`);
  });

  test('is the same each time', () => {
    expect(referencePages()).toEqual(pages);
  });

  test('is committed: nothing changed since "npm run docs"', () => {
    const stale: string[] = [];
    expect(generate(docs, { check: true }, (line) => stale.push(line)) || stale).toBe(true);
  });
});

describe('npm run docs', () => {
  test('writes what is missing, and then finds nothing to do', () => {
    const folder = mkdtempSync(join(tmpdir(), 'docs-'));
    try {
      const lines: string[] = [];
      expect(generate(folder, { check: true }, (line) => lines.push(line))).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
      expect(generate(folder, { check: false }, () => undefined)).toBe(true);
      expect(lines).toHaveLength(readdirSync(folder).length);
      expect(readdirSync(folder)).toContain('converters.md');
      expect(generate(folder, { check: true }, () => undefined)).toBe(true);
      expect(readFileSync(join(folder, 'errors.md'), 'utf8')).toContain('# Errors');
      writeFileSync(join(folder, 'errors.md'), 'changed by hand');
      expect(generate(folder, { check: true }, (line) => lines.push(line))).toBe(false);
      expect(lines.at(-1)).toBe('docs/errors.md is stale: run "npm run docs" and commit it');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('as CI runs it: --check tells by its exit code, another option is refused', () => {
    const script = join(docs, 'generate.ts');
    expect(execFileSync('node', [script, '--check'], { encoding: 'utf8' })).toBe('');
    expect(spawnSync('node', [script, '--chekc'], { encoding: 'utf8' }).status).toBe(1);
  });
});
