import type { z } from 'zod';
import { ConfigError, type Problem } from './errors.ts';
import { nearestOf } from './nearest-name.ts';

export type Shape = Readonly<Record<string, z.ZodType<unknown, string | undefined>>>;
type Camel<K> = K extends `${infer Head}.${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : K;
type Values<S extends Shape> = { [K in keyof S as Camel<K>]: z.output<S[K]> };

/** The parsed properties in camel case, and all that the file gave, as trimmed texts, for families of properties. */
export type ConfigOf<S extends Shape> = Values<S> & { readonly originals: Readonly<Record<string, string>> };

export type Review = { readonly problems: readonly Problem[]; readonly warnings: readonly string[] };

/** What several reviews found. */
export const joinReviews = (...reviews: readonly Partial<Review>[]): Review => ({
  problems: reviews.flatMap(({ problems = [] }) => problems),
  warnings: reviews.flatMap(({ warnings = [] }) => warnings),
});

/** What came out of a configuration: `config` only where nothing is wrong. */
export type Validation<Config> = Review & { readonly config?: Config };

export type ConnectorConfig<Config> = {
  /** The declared properties: documentation and JSON Schema are made from them. */
  readonly properties: Shape;
  /** Prefixes such as `producer.override.` whose properties are free, with a sentence each. */
  readonly families: Readonly<Record<string, string>>;
  /** Properties (or prefixes, with a dot at the end) of the peer that are refused by name, with the reason. */
  readonly notBuilt: Readonly<Record<string, string>>;
  /** Everything that is wrong, at once. `synth`: values with placeholders are not there yet, so they are not looked at. */
  validate(properties: Readonly<Record<string, unknown>>, when?: 'synth' | 'start'): Validation<Config>;
  /** @throws ConfigError with every problem. */
  parse(properties: Readonly<Record<string, unknown>>): Config;
};

type Declaration<S extends Shape> = {
  properties: S;
  families?: Readonly<Record<string, string>>;
  notBuilt?: Readonly<Record<string, string>>;
  /** Rules that need more than one property; runs when every property is right by itself. */
  review?: (config: ConfigOf<S>) => Partial<Review>;
};

/** `${provider:…}`: a value that is only there once the secret was read. */
export const PLACEHOLDER = /\$\{[A-Za-z]+:[^}]*\}/;

/** Declares a connector's properties once: types, validation, documentation and JSON Schema follow. */
export function connectorConfig<const S extends Shape>(declaration: Declaration<S>): ConnectorConfig<ConfigOf<S>> {
  const { properties, families = {}, notBuilt = {}, review } = declaration;

  function validate(given: Readonly<Record<string, unknown>>, when: 'synth' | 'start' = 'start') {
    const { originals, problems } = toTexts(given);
    const names = Object.keys(originals);
    const unknown = reviewNames(names, Object.keys(properties), Object.keys(families), notBuilt);
    problems.push(...unknown.problems);
    const warnings = [...unknown.warnings];

    const values: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(properties)) {
      const text = originals[name];
      if (problems.some(({ property }) => property === name)) continue;
      if (when === 'synth' && text !== undefined && PLACEHOLDER.test(text)) values[camel(name)] = text;
      else {
        const { data, error } = schema.safeParse(text);
        if (!error) values[camel(name)] = data;
        for (const issue of error?.issues ?? []) {
          problems.push({ property: name, message: sentence(name, text, schema, issue) });
        }
      }
    }
    const config = { ...values, originals } as unknown as ConfigOf<S>;
    // rules about several properties need all of them; an unknown name beside them hides nothing
    const isComplete = Object.keys(values).length === Object.keys(properties).length;
    if (review && isComplete) {
      const found = review(config);
      problems.push(...(found.problems ?? []));
      warnings.push(...(found.warnings ?? []));
    }
    return { problems, warnings, ...(problems.length === 0 && { config }) };
  }

  function parse(given: Readonly<Record<string, unknown>>): ConfigOf<S> {
    const { config, problems } = validate(given);
    if (!config) throw new ConfigError(problems);
    return config;
  }

  return { properties, families, notBuilt, validate, parse };
}

/** Connect takes texts, and numbers and booleans as their text; `null` and nested values are errors. */
function toTexts(given: Readonly<Record<string, unknown>>): { originals: Record<string, string>; problems: Problem[] } {
  const originals: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const [property, value] of Object.entries(given)) {
    if (typeof value === 'string') originals[property] = value.trim();
    else if (typeof value === 'number' || typeof value === 'boolean') originals[property] = String(value);
    else problems.push({ property, message: `Expected a text, a number or a boolean, got ${kindOf(value)}` });
  }
  return { originals, problems };
}

const kindOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object');

function reviewNames(
  names: readonly string[],
  known: readonly string[],
  families: readonly string[],
  notBuilt: Readonly<Record<string, string>>,
): Review {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    const refused = Object.entries(notBuilt).find(([key]) => (key.endsWith('.') ? name.startsWith(key) : name === key));
    if (refused) problems.push({ property: name, message: `Not built yet: ${refused[1]}` });
    else if (!known.includes(name) && !families.some((prefix) => name.startsWith(prefix))) {
      const nearest = nearestOf(name, [...known, ...Object.keys(notBuilt)]);
      const hint = nearest ? `; did you mean ${nearest.name}?` : '';
      if (nearest?.isTypo) problems.push({ property: name, message: `Unknown property${hint}` });
      else warnings.push(`${name}: Unknown property, ignored${hint}`);
    }
  }
  return { problems, warnings };
}

/** ConfigDef's wording. */
function sentence(name: string, text: string | undefined, schema: z.ZodType, issue: z.core.$ZodIssue): string {
  if (text === undefined && issue.code === 'invalid_type') {
    return `Missing required configuration "${name}" which has no default value.`;
  }
  const { facts, secret } = schema.meta() ?? {};
  const value = facts?.type === 'LIST' ? `[${(text ?? '').split(/\s*,\s*/).join(', ')}]` : text;
  const shown = secret ? redact(text ?? '') : value;
  return `Invalid value ${shown} for configuration ${name}: ${issue.message}`;
}

/** A connection string keeps what helps to find the mistake; its user and password, and any other secret, go. */
const redact = (secret: string) =>
  secret.includes('@')
    ? secret.replace(/\/\/.*@/, '//<hidden>@').replace(/^[^/]*@/, '<hidden>@')
    : secret.includes('//') || secret === ''
      ? secret
      : '[hidden]';

const camel = (property: string) => property.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
