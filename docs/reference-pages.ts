import { CONVERTERS, NOT_BUILT_CONVERTERS } from '../functions/connect/converters/converter-classes.ts';
import { ERROR_CODES } from '../functions/connect/errors.ts';
import { METRICS } from '../functions/connect/metrics.ts';
import { sinkConnectorOf } from '../functions/connectors/sinks.ts';
import { sourceConnectorOf } from '../functions/connectors/sources.ts';
import { environmentJsonSchema } from '../infra/environment-schema.ts';
import { toConnectorSchema } from './connector-schema.ts';
import { costPage } from './cost/cost-page.ts';
import { painPage } from './pains.ts';
import { performancePage } from './performance-page.ts';
import { code, type Declared, toPropertyPage, toTable } from './property-page.ts';

const PACKAGE = 'com.mongodb.kafka.connect';
const WRITTEN_BY = '<!-- Written by "npm run docs" from the declarations in the code: change those, not this page. -->';

/** The names of a class: aliases and the full one, as Kafka Connect resolves them. */
const namesOfClass = (simple: string): string[] => [`${PACKAGE}.${simple}Connector`, `${simple}Connector`, simple];

/** Every page that is made from declarations, by its file name; the same each time. */
export function referencePages(): Readonly<Record<string, string>> {
  const source = declared(sourceConnectorOf, 'MongoSource');
  const sink = declared(sinkConnectorOf, 'MongoSink');
  return {
    'source-properties.md': toPropertyPage(
      'Properties of the MongoDB source',
      `${WRITTEN_BY}\n\nFor connector files with \`"connector.class": "${PACKAGE}.MongoSourceConnector"\`. ${SHARED}`,
      source,
    ),
    'sink-properties.md': toPropertyPage(
      'Properties of the MongoDB sink',
      `${WRITTEN_BY}\n\nFor connector files with \`"connector.class": "${PACKAGE}.MongoSinkConnector"\`. ${SHARED}`,
      sink,
    ),
    'converters.md': toConverterPage(),
    'errors.md': toErrorPage(),
    'metrics.md': toMetricPage(),
    'cost.md': costPage(),
    'pains.md': painPage(),
    'performance.md': performancePage(),
    'connector.schema.json': toJson(
      toConnectorSchema({
        source: { ...source, classes: namesOfClass('MongoSource') },
        sink: { ...sink, classes: namesOfClass('MongoSink') },
      }),
    ),
    'environment.schema.json': toJson(environmentJsonSchema()),
  };
}

const SHARED =
  'A property that means what the peer\'s means has its name, default and values. An editor completes and checks connector files that begin with `"$schema": "…/docs/connector.schema.json"`; `npx tailrace validate` knows all rules.';

function declared(find: (name: string) => { readonly config: Declared } | undefined, simple: string): Declared {
  const found = namesOfClass(simple).map(find);
  const [first] = found;
  if (!first || found.some((other) => other !== first)) {
    throw new TypeError(`Expected one connector for all of ${namesOfClass(simple).join(', ')}`);
  }
  return first.config;
}

function toConverterPage(): string {
  const classes = Object.keys(CONVERTERS).map((name) => `- ${code(name)}`);
  const intro = [
    ...[WRITTEN_BY, '', 'Classes for `key.converter` and `value.converter`, by full name, simple name or alias:', ''],
    ...[...classes, ''],
    'Their own properties stand behind `key.converter.` and `value.converter.`, as in `value.converter.schemas.enable`, and',
    'count only where the connector file names the class. Without a class it is StringConverter.',
  ].join('\n');
  const properties = Object.assign({}, ...Object.values(CONVERTERS).map((found) => found.properties));
  return toPropertyPage('Converters', intro, { properties, families: {}, notBuilt: NOT_BUILT_CONVERTERS });
}

function toErrorPage(): string {
  const rows = Object.entries(ERROR_CODES).map(([name, sentence]) => [code(name), sentence]);
  return [
    ...['# Errors', '', WRITTEN_BY, ''],
    'Every error that an operator can meet, by the `code` in logs, dead letters and sentences of the command.',
    ...['', ...toTable(['Code', 'Meaning'], rows), ''],
  ].join('\n');
}

function toMetricPage(): string {
  const rows = Object.entries(METRICS).map(([name, { unit, description }]) => [code(name), unit, description]);
  return [
    ...['# Metrics', '', WRITTEN_BY, ''],
    'Metrics of source tasks, sink functions and the replay function, in the CloudWatch namespace `Tailrace`.',
    ...['', ...toTable(['Metric', 'Unit', 'Meaning'], rows), ''],
  ].join('\n');
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
