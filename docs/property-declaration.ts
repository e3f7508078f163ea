import assert from 'node:assert';
import * as z from 'zod';
import type { PropertyFacts } from '../functions/connect/properties.ts';

/** What a property's declaration says, as the pages and schemas need it. */
export type PropertyDeclaration = PropertyFacts & {
  readonly name: string;
  readonly group: string;
  readonly importance: 'high' | 'medium' | 'low';
  readonly description: string;
  /** As it would stand in a file; absent where the property is required. */
  readonly default?: string;
};

/** Reads the declaration of a property back from its schema. */
export function declarationOf(name: string, schema: z.ZodType): PropertyDeclaration {
  const { group, importance, description, facts = { type: 'STRING' } } = schema.meta() ?? {};
  assert(group && importance && description, `Property ${name} is declared without group, importance or description`);
  const preset = z.toJSONSchema(schema, { io: 'input' }).default;
  return { ...facts, name, group, importance, description, ...(typeof preset === 'string' && { default: preset }) };
}
