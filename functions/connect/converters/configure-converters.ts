import { PLACEHOLDER, type Review } from '../connector-config.ts';
import type { Problem } from '../errors.ts';
import type { Converter } from './converter.ts';
import { converterClassOf, converterNameOf } from './converter-classes.ts';

type Texts = Readonly<Record<string, string>>;

/** What a connector says about its converters; `originals` hold their own properties, `value.converter.…`. */
export type ConverterConfig = {
  readonly keyConverter: string;
  readonly valueConverter: string;
  readonly headerConverter: string;
  readonly originals: Texts;
};

export type Converters = { readonly key: Converter; readonly value: Converter };

/** The converters of a reviewed configuration. */
export const convertersOf = ({
  keyConverter,
  valueConverter,
  originals,
}: Omit<ConverterConfig, 'headerConverter'>) => ({
  key: createConverter(keyConverter, ownProperties('key.converter', originals)),
  value: createConverter(valueConverter, ownProperties('value.converter', originals)),
});

/**
 * The converter of a class name or alias.
 *
 * @throws ConfigError where its own properties are wrong.
 */
export function createConverter(className: string, properties: Texts): Converter {
  const found = converterClassOf(className);
  if (!found) throw new TypeError(`Unchecked converter class ${className}`);
  return found.create(properties);
}

/**
 * A converter's own properties, without their prefix. As in Kafka Connect they count only where the connector itself
 * names the converter's class.
 */
const ownProperties = (property: string, originals: Texts): Texts =>
  property in originals ? underPrefix(`${property}.`, originals) : {};

const underPrefix = (prefix: string, originals: Texts): Texts =>
  Object.fromEntries(
    Object.entries(originals).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** Everything that is wrong with the properties of the converters, by their full names. */
export function reviewConverters(config: ConverterConfig): Review {
  const reviews = [
    reviewConverter('key.converter', config.keyConverter, config.originals),
    reviewConverter('value.converter', config.valueConverter, config.originals),
    reviewConverter('header.converter', config.headerConverter, config.originals),
  ];
  return {
    problems: reviews.flatMap(({ problems }) => problems),
    warnings: reviews.flatMap(({ warnings }) => warnings),
  };
}

function reviewConverter(property: string, className: string, originals: Texts): Review {
  const given = underPrefix(`${property}.`, originals);
  if (!(property in originals)) {
    const warnings = Object.keys(given).map(
      (name) => `${property}.${name}: Ignored, since ${property} is not set; it is ${converterNameOf(className)}`,
    );
    return { problems: [], warnings };
  }
  const found = converterClassOf(className);
  // SimpleHeaderConverter has no properties; a class in a placeholder is not known before the start
  if (!found) return { problems: [], warnings: [] };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => !PLACEHOLDER.test(value)));
  const { problems, warnings } = found.validate(known);
  return {
    problems: problems.map((problem): Problem => ({ ...problem, property: `${property}.${problem.property}` })),
    warnings: warnings.map((warning) => `${property}.${warning}`),
  };
}
