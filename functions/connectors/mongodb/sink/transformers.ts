import { BSON } from 'mongodb';
import { ConfigError, messageOf } from '../../../connect/errors.ts';
import { refuseClassName } from './class-names.ts';
import type { CreateTransformer, FieldValueTransformer } from './post-processors/field-value-transformer.ts';

/** By class name. */
export type Transformers = ReadonlyMap<string, CreateTransformer>;

const PROPERTY = 'field.value.transformer';
const EXPORT = 'createTransformer';

/**
 * The class names that `field.value.transformer` has, for the connector and for its topics. What is no name of a class is
 * refused by the property's own rule, and must not lead to a file.
 */
export const transformerNames = (originals: Readonly<Record<string, string>>): string[] => [
  ...new Set(
    Object.entries(originals)
      .filter(([name, value]) => (name === PROPERTY || isOverride(name)) && refuseClassName(value) === undefined)
      .map(([, className]) => className),
  ),
];

const isOverride = (name: string): boolean => name.startsWith('topic.override.') && name.endsWith(`.${PROPERTY}`);

/**
 * Loads the modules of all transformers that a configuration names.
 *
 * @throws ConfigError where a module is missing, or is none of a transformer.
 */
export async function loadTransformers(
  originals: Readonly<Record<string, string>>,
  loadModule: (className: string) => Promise<unknown>,
): Promise<Transformers> {
  const loaded = transformerNames(originals).map(async (className): Promise<[string, CreateTransformer]> => {
    const module = await loadModule(className).catch((error: unknown) => {
      throw refused(className, `its module ${className}.mjs can't be loaded: ${messageOf(error)}`, error);
    });
    const create = typeof module === 'object' && module !== null && EXPORT in module ? module[EXPORT] : undefined;
    if (typeof create === 'function') return [className, create as CreateTransformer];
    throw refused(className, `expected ${className}.mjs to export a function ${EXPORT}, got ${typeof create}`);
  });
  return new Map(await Promise.all(loaded));
}

/**
 * The transformer of one topic; nothing where it has none. `properties` are all that hold for the topic.
 *
 * @throws ConfigError where the module fails to make it.
 */
export function makeTransformer(
  config: { readonly fieldValueTransformer: string; readonly fieldValueTransformerFields: string },
  properties: Readonly<Record<string, string>>,
  transformers: Transformers,
): FieldValueTransformer | undefined {
  const className = config.fieldValueTransformer;
  if (className === '') return undefined;
  try {
    const transform = transformers.get(className)?.(properties, BSON);
    if (typeof transform !== 'function') throw new TypeError(`expected a function, got ${typeof transform}`);
    // an empty list is the field without a name, as with the peer
    const names = new Set(config.fieldValueTransformerFields.split(',').map((name) => name.trim()));
    return { className, names, transform };
  } catch (error) {
    throw refused(className, messageOf(error), error);
  }
}

const refused = (className: string, why: string, cause?: unknown): ConfigError =>
  new ConfigError(
    [{ property: PROPERTY, message: `Failed to instantiate FieldValueTransformer: ${className}: ${why}` }],
    'CONFIG_INVALID',
    { cause },
  );
