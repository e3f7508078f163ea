import * as z from 'zod';

declare module 'zod' {
  interface GlobalMeta {
    group?: string;
    importance?: 'high' | 'medium' | 'low';
    secret?: boolean;
    facts?: PropertyFacts;
  }
}

/** What the documentation and the JSON Schema say about a property's values. */
export type PropertyFacts = {
  /** As ConfigDef calls it. */
  readonly type: 'STRING' | 'PASSWORD' | 'BOOLEAN' | 'INT' | 'LONG' | 'LIST';
  readonly values?: readonly string[];
  readonly caseSensitive?: boolean;
  readonly min?: number;
  readonly max?: number;
};

/**
 * The types of connector properties, after Kafka's ConfigDef: every value is a text that is trimmed first, also its
 * default, and a refused one is reported in ConfigDef's words. Each takes and returns a zod schema with our metadata.
 */
export type Property<T> = z.ZodType<T, string | undefined>;

type Common = {
  group: string;
  importance: 'high' | 'medium' | 'low';
  description: string;
  /** As it would stand in a file; without it the property is required. */
  default?: string;
  /** Why a value is refused, or nothing. */
  check?: (text: string) => string | undefined;
};

const INT_MAX = 2n ** 31n - 1n;
const LONG_MAX = 2n ** 63n - 1n;

export const text = (spec: Common): Property<string> => property(spec, (value) => ({ value }));

/** A value that no log, error or page may show. */
export const password = (spec: Common): Property<string> =>
  property(spec, (value) => ({ value }), { type: 'PASSWORD' });

export const boolean = (spec: Common): Property<boolean> =>
  property<boolean>(
    spec,
    (value) => {
      const lower = value.toLowerCase();
      return lower === 'true' || lower === 'false'
        ? { value: lower === 'true' }
        : { refused: 'Expected value to be either true or false' };
    },
    { type: 'BOOLEAN' },
  );

export const int = (spec: Common & { min?: number; max?: number }): Property<number> =>
  property(spec, (value) => integer(value, 'INT', INT_MAX, spec), { type: 'INT', min: spec.min, max: spec.max });

/** 64 bits in ConfigDef; beyond 2^53 a value is refused, no property needs one. */
export const long = (spec: Common & { min?: number; max?: number }): Property<number> =>
  property(spec, (value) => integer(value, 'LONG', LONG_MAX, spec), { type: 'LONG', min: spec.min, max: spec.max });

/** Texts between commas, without the blanks around them; an empty text is an empty list. */
export const list = (spec: Common): Property<readonly string[]> =>
  property(spec, (value) => ({ value: value === '' ? [] : value.split(',').map((part) => part.trim()) }), {
    type: 'LIST',
  });

/** One of `values` in any case; the result has the spelling of `values`. */
export const choice = <const T extends string>(
  values: readonly T[],
  spec: Common & { caseSensitive?: boolean; refusal?: string },
): Property<T> =>
  property<T>(
    spec,
    (value) => {
      const found = values.find((candidate) =>
        spec.caseSensitive ? candidate === value : candidate.toLowerCase() === value.toLowerCase(),
      );
      return found === undefined
        ? { refused: spec.refusal ?? `Invalid enumerator value. Should be one of: [${values.join(', ')}]` }
        : { value: found };
    },
    { type: 'STRING', values, caseSensitive: spec.caseSensitive },
  );

type Parsed<T> = { value: T } | { refused: string };

function property<T>(
  spec: Common,
  parse: (text: string) => Parsed<T>,
  facts: PropertyFacts = { type: 'STRING' },
): Property<T> {
  const { group, importance, description, check } = spec;
  const parsed = z.string().transform((raw, context): T => {
    // Java's trim: everything up to and including the blank
    const trimmed = raw.replace(/^[\0- ]+|[\0- ]+$/g, '');
    const refused = check?.(trimmed);
    const result: Parsed<T> = refused === undefined ? parse(trimmed) : { refused };
    if ('value' in result) return result.value;
    context.issues.push({ code: 'custom', message: result.refused, input: trimmed });
    return z.NEVER;
  });
  const meta = { group, importance, description, facts, ...(facts.type === 'PASSWORD' && { secret: true }) };
  return spec.default === undefined ? parsed.meta(meta) : parsed.prefault(spec.default).meta(meta);
}

function integer(
  value: string,
  type: 'INT' | 'LONG',
  limit: bigint,
  { min, max }: { min?: number; max?: number },
): Parsed<number> {
  if (!/^[+-]?\d+$/.test(value)) return { refused: `Not a number of type ${type}` };
  const exact = BigInt(value.replace(/^\+/, ''));
  if (exact > limit || exact < -limit - 1n) return { refused: `Not a number of type ${type}` };
  if (min !== undefined && exact < BigInt(min)) return { refused: `Value must be at least ${min}` };
  if (max !== undefined && exact > BigInt(max)) return { refused: `Value must be no more than ${max}` };
  if (exact > BigInt(Number.MAX_SAFE_INTEGER))
    return { refused: `Value must be no more than ${Number.MAX_SAFE_INTEGER}` };
  return { value: Number(exact) };
}
