import type { ConnectorConfig } from '../functions/connect/connector-config.ts';
import { declarationOf, type PropertyDeclaration } from './property-declaration.ts';

/** What a page of properties is made from. */
export type Declared = Pick<ConnectorConfig<unknown>, 'properties' | 'families' | 'notBuilt'>;

/** The reference page of a connector's properties. */
export function toPropertyPage(title: string, intro: string, { properties, families, notBuilt }: Declared): string {
  const declarations = Object.entries(properties).map(([name, schema]) => declarationOf(name, schema));
  const groups = [...new Set(declarations.map(({ group }) => group))];
  const sections = groups.flatMap((group) => [
    `## ${group}`,
    '',
    ...toTable(
      ['Property', 'Type', 'Default', 'Importance', 'Description'],
      declarations.filter((declaration) => declaration.group === group).map(toRow),
    ),
    '',
  ]);
  return [
    ...[`# ${title}`, '', intro, ''],
    ...sections,
    ...toSection('Free properties', 'Properties that begin with:', ['Prefix', 'Meaning'], families),
    ...toSection(
      'Not built yet',
      'Known to the peer and refused by name, never ignored (a dot at the end stands for all that begin so):',
      ['Property', 'What it is'],
      notBuilt,
    ),
  ].join('\n');
}

function toRow({
  name,
  type,
  values,
  min,
  max,
  default: preset,
  importance,
  description,
}: PropertyDeclaration): string[] {
  const allowed = values
    ? `: ${values.map((value) => (value === '' ? 'empty' : code(value))).join(', ')}`
    : toRange(min, max);
  return [
    code(name),
    `${type.toLowerCase()}${allowed}`,
    preset === undefined ? 'required' : preset === '' ? 'empty' : code(preset),
    importance,
    description,
  ];
}

function toRange(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return max === undefined ? '' : `, at most ${max}`;
  return max === undefined ? `, at least ${min}` : `, ${min} to ${max}`;
}

function toSection(
  title: string,
  intro: string,
  header: readonly string[],
  entries: Readonly<Record<string, string>>,
): string[] {
  const rows = Object.entries(entries).map(([name, meaning]) => [code(name), meaning]);
  return rows.length === 0 ? [] : [`## ${title}`, '', intro, '', ...toTable(header, rows), ''];
}

/** A Markdown table. */
export function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(toCell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}

/** A cell of a table; what looks like a tag is only one inside of code. */
const toCell = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replace(/(`[^`]*`)|</g, (_, quoted?: string) => quoted ?? '&lt;');

/** Text as code, whatever it contains. */
export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);
