import { messageOf } from './errors.ts';

/**
 * A Java regular expression as JavaScript's, with the same matches.
 *
 * Translated: inline flags, `\Q…\E`, `\A`, `\z`, `\Z`, `\h`, POSIX classes, possessive quantifiers and atomic groups.
 * What can't be translated is refused: a pattern never matches something else in silence.
 *
 * @throws SyntaxError where Java would refuse it, UnsupportedRegexError where only the translation is missing.
 */
export function toRegExp(pattern: string): RegExp {
  const state: State = { pattern, at: 0, atomics: 0, usesNumbers: false };
  const source = alternatives(state);
  if (state.at < pattern.length) throw new SyntaxError(`Unmatched closing ')' near index ${state.at}`);
  if (state.atomics > 0 && state.usesNumbers) {
    throw new UnsupportedRegexError(
      'Back references by number together with possessive quantifiers are not supported here',
    );
  }
  return new RegExp(source, 'u');
}

/** The same, where all of a text has to match: Java's `matches()`. */
export const toWholeRegExp = (pattern: string): RegExp =>
  // not ^ and $, which flags may change
  new RegExp(`(?<![\\s\\S])(?:${toRegExp(pattern).source})(?![\\s\\S])`, 'u');

/** Right in Java, but there is nothing like it in JavaScript. */
export class UnsupportedRegexError extends SyntaxError {
  override readonly name = 'UnsupportedRegexError';
}

/** Why a pattern cannot be used, or nothing. */
export function refuseJavaRegex(pattern: string): string | undefined {
  try {
    toRegExp(pattern);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

type State = { readonly pattern: string; at: number; atomics: number; usesNumbers: boolean };

/** Flags that mean the same in both languages. */
const FLAGS = 'ims';
const BLANKS = ' \\t\\n\\v\\f\\r';
const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: BLANKS,
  Blank: ' \\t',
  XDigit: '0-9a-fA-F',
  ASCII: '\\u0000-\\u007f',
  Cntrl: '\\u0000-\\u001f\\u007f',
};
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/g;
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

/** Everything up to the end of the group. */
function alternatives(state: State): string {
  let source = '';
  while (state.at < state.pattern.length && state.pattern[state.at] !== ')') {
    const flags = /^\(\?([a-z]*)(?:-([a-z]+))?\)/i.exec(rest(state));
    if (flags) {
      // flags hold to the end of the enclosing group, whose alternatives go into a group of their own
      state.at += flags[0].length;
      return `${source}${flagged(flags[1] ?? '', flags[2] ?? '', alternatives(state))}`;
    }
    if (state.pattern[state.at] === '|') {
      state.at++;
      source += '|';
    } else source += quantified(state, atom(state));
  }
  return source;
}

function flagged(on: string, off: string, inner: string): string {
  const unknown = [...on, ...off].find((flag) => !FLAGS.includes(flag) && flag !== 'u');
  if (unknown) throw new UnsupportedRegexError(`The flag (?${unknown}) is not supported here`);
  const kept = (flags: string) => [...flags].filter((flag) => flag !== 'u').join('');
  if (kept(on) === '' && kept(off) === '') return `(?:${inner})`;
  return `(?${kept(on)}${kept(off) === '' ? '' : `-${kept(off)}`}:${inner})`;
}

function quantified(state: State, source: string): string {
  const [quantifier] = QUANTIFIER.exec(rest(state)) ?? [];
  if (quantifier === undefined) return source;
  state.at += quantifier.length;
  const mode = state.pattern[state.at];
  if (mode === '?') {
    state.at++;
    return `${source}${quantifier}?`;
  }
  if (mode !== '+') return `${source}${quantifier}`;
  state.at++;
  return atomic(state, `${source}${quantifier}`);
}

/** What is inside a lookahead is never tried again: an atomic group. */
function atomic(state: State, source: string): string {
  const name = `atomic${++state.atomics}`;
  return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
}

function atom(state: State): string {
  const { pattern } = state;
  const char = pattern[state.at] ?? '';
  if (char === '(') return group(state);
  if (char === '[') return characterClass(state);
  if (char === '\\') return escaped(state);
  if (QUANTIFIER.test(rest(state))) throw new SyntaxError(`Dangling meta character '${char}' near index ${state.at}`);
  const point = String.fromCodePoint(pattern.codePointAt(state.at) ?? 0);
  state.at += point.length;
  if (point === '{' || point === '}' || point === ']') return `\\${point}`;
  return point === '/' ? '\\/' : point;
}

function group(state: State): string {
  const [opening = '('] =
    /^\((?:\?(?:[:=!>]|<[=!]|<[A-Za-z][A-Za-z0-9]*>|[a-z]*(?:-[a-z]+)?:))?/.exec(rest(state)) ?? [];
  const start = state.at;
  if (opening === '(' && state.pattern[start + 1] === '?') {
    throw new SyntaxError(`Unknown group near index ${start + 1}`);
  }
  state.at += opening.length;
  const inner = alternatives(state);
  if (state.pattern[state.at] !== ')') throw new SyntaxError(`Unclosed group near index ${state.at}`);
  state.at++;
  if (opening === '(?>') return atomic(state, inner);
  const [, on, off] = /^\(\?([a-z]+)?(?:-([a-z]+))?:$/.exec(opening) ?? [];
  return on || off ? flagged(on ?? '', off ?? '', inner) : `${opening}${inner})`;
}

function characterClass(state: State): string {
  state.at++;
  let source = '[';
  if (state.pattern[state.at] === '^') {
    state.at++;
    source += '^';
  }
  const first = state.at;
  for (;;) {
    const char = state.pattern[state.at];
    if (char === undefined) throw new SyntaxError(`Unclosed character class near index ${state.pattern.length - 1}`);
    if (char === ']' && state.at > first) break;
    if (char === '[' || state.pattern.startsWith('&&', state.at)) {
      throw new UnsupportedRegexError(
        `Nested character classes and intersections are not supported here, near index ${state.at}`,
      );
    }
    source += char === '\\' ? classEscape(state) : plainInClass(state);
  }
  state.at++;
  return `${source}]`;
}

function plainInClass(state: State): string {
  const point = String.fromCodePoint(state.pattern.codePointAt(state.at) ?? 0);
  state.at += point.length;
  return point === ']' || point === '^' || point === '/' ? `\\${point}` : point;
}

function classEscape(state: State): string {
  const [whole = '', name] = /^\\p\{(\w+)\}/.exec(rest(state)) ?? [];
  const posix = name === undefined ? undefined : POSIX[name];
  if (posix !== undefined) {
    state.at += whole.length;
    return posix;
  }
  const next = state.pattern[state.at + 1] ?? '';
  if (next === 's') {
    state.at += 2;
    return BLANKS;
  }
  if (next === '-') {
    state.at += 2;
    return '\\-';
  }
  if (next in REWRITTEN || next === 'Q') {
    throw new UnsupportedRegexError(`The escape \\${next} is not supported in a character class here`);
  }
  return escaped(state);
}

function escaped(state: State): string {
  const text = rest(state);
  const next = text[1];
  if (next === undefined) throw new SyntaxError(`Unexpected end of the pattern near index ${state.at}`);
  if (next === 'Q') {
    const end = text.indexOf('\\E', 2);
    const quoted = end < 0 ? text.slice(2) : text.slice(2, end);
    state.at += end < 0 ? text.length : end + 2;
    // one group, so that a quantifier behind takes what it takes in Java: the last character
    return [...quoted].map((point) => point.replace(SYNTAX, '\\$&')).join('');
  }
  const property = /^\\([pP])(?:\{(\w+)\}|(\w))/.exec(text);
  if (property) return propertyEscape(state, property);
  return simpleEscape(state, text, next);
}

function propertyEscape(state: State, [whole, kind, long, short]: RegExpExecArray): string {
  const name = long ?? short ?? '';
  state.at += whole.length;
  const posix = POSIX[name];
  if (posix !== undefined) return `[${kind === 'P' ? '^' : ''}${posix}]`;
  const script = /^Is([A-Z]\w+)$/.exec(name)?.[1];
  return `\\${kind}{${script === undefined ? name : `Script=${script}`}}`;
}

/** Escapes that are written differently, or that JavaScript would not take. */
const REWRITTEN: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?(?![\\s\\S]))',
  h: '[ \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]',
  a: '\\x07',
  e: '\\x1b',
  // JavaScript's \s has all of Unicode, Java's only ASCII
  s: `[${BLANKS}]`,
  S: `[^${BLANKS}]`,
};

function simpleEscape(state: State, text: string, next: string): string {
  const rewritten = REWRITTEN[next];
  if (rewritten !== undefined) {
    state.at += 2;
    return rewritten;
  }
  const [sequence] = /^\\(?:[dDwWbBtnrf]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|k<\w+>|[1-9])/.exec(text) ?? [];
  if (sequence !== undefined) {
    state.usesNumbers ||= /^\\[1-9]/.test(sequence);
    state.at += sequence.length;
    return sequence;
  }
  if (/[A-Za-z0-9]/.test(next))
    throw new UnsupportedRegexError(`The escape \\${next} is not supported here, near index ${state.at}`);
  const point = String.fromCodePoint(text.codePointAt(1) ?? 0);
  state.at += 1 + point.length;
  return point.replace(SYNTAX, '\\$&');
}

const rest = ({ pattern, at }: State): string => pattern.slice(at);
