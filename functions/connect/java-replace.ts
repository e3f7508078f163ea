import { toRegExp, UnsupportedRegexError } from './java-regex.ts';

/** Text as it is, or a group of the match: its number or name. */
type Part = { readonly text: string } | { readonly group: number | string };

/**
 * Java's `String.replaceAll` with this pattern and replacement: every match, `$1` and `${name}` are groups, a backslash
 * takes the next character as it is.
 *
 * @throws SyntaxError or UnsupportedRegexError at once, RangeError for a group that is not there when something matches.
 */
export function javaReplaceAll(pattern: string, replacement: string): (text: string) => string {
  const regex = new RegExp(toRegExp(pattern).source, 'gu');
  const groups = groupsOf(regex);
  const parts = partsOf(replacement, groups.count);
  // atomic groups become named ones of their own, so that numbers would not count as in Java
  if (
    groups.names.some((name) => /^atomic\d+$/.test(name)) &&
    parts.some((part) => 'group' in part && part.group !== 0)
  )
    throw new UnsupportedRegexError('Groups together with possessive quantifiers are not supported here');
  return (text) =>
    text.replace(regex, (...match: unknown[]) => {
      const named = match.at(-1);
      const names = typeof named === 'object' && named !== null ? (named as Record<string, string | undefined>) : {};
      return parts.map((part) => expand(part, match, names, groups.count)).join('');
    });
}

function expand(
  part: Part,
  match: readonly unknown[],
  names: Readonly<Record<string, string | undefined>>,
  count: number,
): string {
  if ('text' in part) return part.text;
  const { group } = part;
  if (typeof group === 'string' ? !Object.hasOwn(names, group) : group > count)
    throw new RangeError(`No group ${group}`);
  // a group that took no part in the match is empty
  return String((typeof group === 'string' ? names[group] : match[group]) ?? '');
}

/** An empty alternative matches everywhere and has all groups. */
function groupsOf(regex: RegExp): { count: number; names: readonly string[] } {
  const match = new RegExp(`${regex.source}|`, 'u').exec('');
  return { count: (match?.length ?? 1) - 1, names: Object.keys(match?.groups ?? {}) };
}

/** A number takes further digits as long as there is such a group. */
function partsOf(replacement: string, count: number): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < replacement.length; ) {
    const rest = replacement.slice(at);
    const [plain = ''] = /^[^\\$]+/.exec(rest) ?? [];
    if (plain !== '') {
      parts.push({ text: plain });
      at += plain.length;
    } else if (rest.startsWith('\\')) {
      if (rest.length === 1) throw new SyntaxError('character to be escaped is missing');
      parts.push({ text: rest[1]! });
      at += 2;
    } else {
      const [whole = '', name, digit] = /^\$(?:\{([A-Za-z][A-Za-z0-9]*)\}|(\d))/.exec(rest) ?? [];
      if (whole === '') throw new SyntaxError('Illegal group reference');
      at += whole.length;
      if (name !== undefined) {
        parts.push({ group: name });
        continue;
      }
      let group = Number(digit);
      for (let next = group * 10 + Number(replacement[at] ?? Number.NaN); next <= count; ) {
        group = next;
        at++;
        next = group * 10 + Number(replacement[at] ?? Number.NaN);
      }
      parts.push({ group });
    }
  }
  return parts;
}
