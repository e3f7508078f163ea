import { visible } from '../connect/visible.ts';

/** Text that may stand in a page as it is. Only `html` makes it. */
export type Html = { readonly markup: string };

type Value = string | number | Html | readonly Html[];

/**
 * Markup around values from elsewhere: what is no `Html` itself is escaped, for text and for quoted attributes, and its
 * invisible characters are spelled out.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: String.raw({ raw: strings }, ...values.map(toMarkup)) };
}

function toMarkup(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const escaped = (text: string): string => visible(text, '\n\t').replace(/[&<>"'`]/g, (found) => ENTITIES[found] ?? '');
