import { declarationOf, type PropertyDeclaration } from './property-declaration.ts';
import type { Declared } from './property-page.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** A kind of connector and how its class is written. */
export type DeclaredConnector = Declared & {
  /** Names of the class; the first is the one to suggest. */
  readonly classes: readonly string[];
};

/**
 * The JSON Schema of connector files, `{"name": …, "config": {…}}`: completes and explains properties in an editor.
 *
 * It accepts at least what `tailrace validate` accepts; rules between properties are known to the latter alone.
 */
export function toConnectorSchema(connectors: Readonly<Record<'source' | 'sink', DeclaredConnector>>): JsonSchema {
  const { source, sink } = connectors;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Tailrace connector file',
    description: 'The document that one would POST to Kafka Connect.',
    type: 'object',
    required: ['name', 'config'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      name: { ...toProperty(connectors, 'name'), type: 'string' },
      config: {
        type: 'object',
        description: 'Properties of the connector.',
        required: ['connector.class'],
        properties: { 'connector.class': { enum: [...source.classes, ...sink.classes] } },
        allOf: (['source', 'sink'] as const).map((type) => toBranch(type, connectors[type].classes)),
      },
    },
    definitions: { source: toConfigSchema(source), sink: toConfigSchema(sink) },
  };
}

/** The properties that a class has; a class that nobody knows is one problem, not many. */
function toBranch(type: 'source' | 'sink', classes: readonly string[]): JsonSchema {
  return {
    if: { required: ['connector.class'], properties: { 'connector.class': { enum: classes } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { $ref: `#/definitions/${type}` },
  };
}

function toConfigSchema({ properties, families, notBuilt }: DeclaredConnector): JsonSchema {
  const declarations = Object.entries(properties).map(([name, schema]) => declarationOf(name, schema));
  const free = Object.entries(families).map(([prefix, description]) => [prefixed(prefix), { ...ANY, description }]);
  const refused = Object.entries(notBuilt).map(([name, what]): [string, JsonSchema] => [
    name,
    { not: {}, description: `Not built yet: ${what}` },
  ]);
  return {
    required: declarations.filter(isRequired).map(({ name }) => name),
    properties: {
      ...Object.fromEntries(declarations.map((declaration) => [declaration.name, toValueSchema(declaration)])),
      ...Object.fromEntries(refused.filter(([name]) => !name.endsWith('.'))),
    },
    patternProperties: {
      ...Object.fromEntries(free),
      ...Object.fromEntries(
        refused.filter(([name]) => name.endsWith('.')).map(([name, schema]) => [prefixed(name), schema]),
      ),
    },
    // a property that nobody declared is a warning of the command, not an error
    additionalProperties: ANY,
  };
}

/** Connect takes numbers and booleans for their texts. */
const ANY: JsonSchema = { type: ['string', 'number', 'boolean'] };
/** `${secretsmanager:…}` and the like stand for a value that nobody knows yet. */
const PLACEHOLDER: JsonSchema = { type: 'string', pattern: '\\$\\{[A-Za-z]+:' };

/** The file's own `name` stands for the one in `config`. */
const isRequired = (declaration: PropertyDeclaration): boolean =>
  declaration.default === undefined && declaration.name !== 'name';

function toValueSchema(declaration: PropertyDeclaration): JsonSchema {
  const { description, type, group, importance } = declaration;
  const preset = declaration.default;
  return {
    description: `${description} (${group}, ${importance} importance, ${type.toLowerCase()})`,
    ...(preset !== undefined && { default: preset }),
    ...toAccepted(declaration),
  };
}

function toAccepted({ type, values, caseSensitive, min, max }: PropertyDeclaration): JsonSchema {
  if (values) {
    const anyCase = { type: 'string', pattern: `^\\s*(?:${values.map(inAnyCase).join('|')})\\s*$` };
    return { anyOf: [{ enum: values }, ...(caseSensitive ? [] : [anyCase]), PLACEHOLDER] };
  }
  switch (type) {
    case 'BOOLEAN':
      return {
        anyOf: [
          { enum: ['true', 'false'] },
          { type: 'boolean' },
          { type: 'string', pattern: '^\\s*(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\\s*$' },
          PLACEHOLDER,
        ],
      };
    case 'INT':
    case 'LONG':
      return {
        anyOf: [
          { type: 'integer', ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) },
          { type: 'string', pattern: '^\\s*[+-]?\\d+\\s*$' },
          PLACEHOLDER,
        ],
      };
    default:
      return ANY;
  }
}

const prefixed = (prefix: string): string => `^${escaped(prefix)}`;
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const inAnyCase = (value: string): string =>
  escaped(value).replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);

function toProperty({ source }: Readonly<Record<'source', DeclaredConnector>>, name: string): JsonSchema {
  const schema = source.properties[name];
  return schema ? { description: declarationOf(name, schema).description } : {};
}
