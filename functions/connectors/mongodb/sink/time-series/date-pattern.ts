import { messageOf } from '../../../../connect/errors.ts';
import { type DateNames, dateNames } from './date-names.ts';

/** Parts of a date or time, as Java's ChronoField and WeekFields know them. */
export type DateField =
  | 'era'
  | 'year'
  | 'yearOfEra'
  | 'monthOfYear'
  | 'dayOfMonth'
  | 'dayOfYear'
  | 'quarterOfYear'
  | 'weekBasedYear'
  | 'weekOfYear'
  | 'dayOfWeek'
  | 'localDayOfWeek'
  | 'amPm'
  | 'hourOfAmPm'
  | 'clockHourOfAmPm'
  | 'hourOfDay'
  | 'clockHourOfDay'
  | 'minute'
  | 'second'
  | 'nano'
  | 'milliOfDay'
  | 'nanoOfDay'
  | 'offsetSeconds';

/** Whether a sign is read: never, before negative numbers, or also `+` before one with more digits than its pattern. */
type Sign = 'none' | 'negative' | 'exceeds';

export type NumberElement = {
  readonly kind: 'number';
  readonly field: DateField;
  readonly min: number;
  readonly max: number;
  readonly sign: Sign;
  /** Two digits of a year from this one on. */
  readonly base?: number;
  /** Digits at the end that belong to the numbers right behind. */
  reserved: number;
};

export type OffsetElement = {
  readonly kind: 'offset';
  readonly colon: boolean;
  readonly minutes: 'optional' | 'required';
  readonly seconds: 'none' | 'optional';
  /** The text of no offset. */
  readonly zero: string;
};

export type DateElement =
  | { readonly kind: 'literal'; readonly text: string }
  | NumberElement
  | { readonly kind: 'names'; readonly field: DateField; readonly names: ReadonlyMap<string, number> }
  | { readonly kind: 'fraction'; readonly digits: number }
  | OffsetElement
  | { readonly kind: 'zone-id' | 'zone-name' | 'gmt-offset' }
  | { readonly kind: 'optional'; readonly elements: readonly DateElement[] };

/**
 * The elements of a pattern of Java's DateTimeFormatter.
 *
 * @throws SyntaxError in Java's words where it is none, and for the few letters that are not built.
 */
export function parseDatePattern(pattern: string, languageTag: string): readonly DateElement[] {
  const open: DateElement[][] = [[]];
  const names = dateNames(languageTag);
  /** The number that takes the digits of the fixed numbers behind it. */
  let leading: NumberElement | undefined;
  const add = (element: DateElement) => {
    leading = leadingOf(element, leading);
    open.at(-1)!.push(element);
  };
  for (let at = 0; at < pattern.length; ) {
    const [run = ''] = /^([A-Za-z])\1*/.exec(pattern.slice(at)) ?? [];
    const char = pattern[at]!;
    if (run !== '') add(elementOf(char, run.length, pattern, names));
    else if (char === "'") at = quoted(pattern, at, add) - 1;
    else if (char === '[') open.push([]);
    else if (char === ']') close(open);
    else if ('{}#'.includes(char)) throw new SyntaxError(`Pattern includes reserved character: '${char}'`);
    else add({ kind: 'literal', text: char });
    if (char === '[' || char === ']') leading = undefined;
    at += Math.max(run.length, 1);
  }
  while (open.length > 1) close(open);
  return open[0]!;
}

/** Why a pattern can't be used, or nothing. */
export function refuseDatePattern(pattern: string): string | undefined {
  try {
    parseDatePattern(pattern, '');
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Digits that stand close together: `yyyyMMdd` leaves four to month and day. */
function leadingOf(element: DateElement, leading: NumberElement | undefined): NumberElement | undefined {
  const isFixed = element.kind === 'fraction' || (element.kind === 'number' && isFixedNumber(element));
  if (!isFixed || !leading) return element.kind === 'number' ? element : undefined;
  leading.reserved += element.kind === 'fraction' ? element.digits : element.max;
  return leading;
}

const isFixedNumber = ({ max, min, sign }: NumberElement): boolean => min === max && sign === 'none';

function close(open: DateElement[][]): void {
  if (open.length === 1) throw new SyntaxError('Pattern invalid as it contains ] without previous [');
  const elements = open.pop()!;
  open.at(-1)!.push({ kind: 'optional', elements });
}

/** Returns where the text behind the closing quote begins; two quotes are one. */
function quoted(pattern: string, start: number, add: (element: DateElement) => void): number {
  const [whole, text = ''] = /^'((?:[^']|'')*)'/.exec(pattern.slice(start)) ?? [];
  if (whole === undefined) {
    throw new SyntaxError(`Pattern ends with an incomplete string literal: ${pattern}`);
  }
  add({ kind: 'literal', text: text === '' ? "'" : text.replaceAll("''", "'") });
  return start + whole.length;
}

const number = (field: DateField, min: number, max: number, sign: Sign): NumberElement => ({
  kind: 'number',
  field,
  min,
  max,
  sign,
  reserved: 0,
});
const free = (field: DateField) => number(field, 1, 19, 'negative');
const fixed = (field: DateField, digits: number) => number(field, digits, digits, 'none');

const YEARS: Readonly<Record<string, DateField>> = { u: 'year', y: 'yearOfEra', Y: 'weekBasedYear' };
const SHORT_NUMBERS: Readonly<Record<string, DateField>> = {
  d: 'dayOfMonth',
  h: 'clockHourOfAmPm',
  H: 'hourOfDay',
  k: 'clockHourOfDay',
  K: 'hourOfAmPm',
  m: 'minute',
  s: 'second',
  w: 'weekOfYear',
};
const LONG_NUMBERS: Readonly<Record<string, DateField>> = { A: 'milliOfDay', n: 'nano', N: 'nanoOfDay' };
const NOT_BUILT = 'BFWgpv';

function elementOf(letter: string, count: number, pattern: string, names: DateNames): DateElement {
  if (NOT_BUILT.includes(letter)) throw new SyntaxError(`Not built yet: the pattern letter ${letter}`);
  const tooMany = () => new SyntaxError(`Too many pattern letters: ${letter}`);
  const year = YEARS[letter];
  if (year) return yearElement(year, count);
  const short = SHORT_NUMBERS[letter];
  if (short) {
    if (count > 2) throw tooMany();
    return count === 1 ? free(short) : fixed(short, 2);
  }
  const long = LONG_NUMBERS[letter];
  if (long) return number(long, count, 19, 'none');
  if (letter === 'D') {
    if (count > 3) throw tooMany();
    return count === 1 ? free('dayOfYear') : number('dayOfYear', count, 3, 'none');
  }
  if (letter === 'S') {
    if (count > 9) throw new SyntaxError(`Minimum width must be from 0 to 9 inclusive but was ${count}`);
    return { kind: 'fraction', digits: count };
  }
  return namesElement(letter, count, names) ?? zoneElement(letter, count, pattern);
}

function yearElement(field: DateField, count: number): NumberElement {
  if (count === 2) return { ...fixed(field, 2), base: 2000 };
  return number(field, count, 19, count < 4 ? 'negative' : 'exceeds');
}

/** Numbers for one or two letters, names for three (short) and four (long). */
function namesElement(letter: string, count: number, names: DateNames): DateElement | undefined {
  const known = names.of(letter);
  if (!known) return undefined;
  const { field, numeric } = known;
  if (count > 5) throw new SyntaxError(`Too many pattern letters: ${letter}`);
  const shortest = numeric === undefined ? 1 : 3;
  if (count < shortest) return count === 1 ? free(numeric!) : fixed(numeric!, 2);
  // asked for here only: names load the runtime's languages
  const list = count === 4 ? known.long : count < 4 ? known.short : undefined;
  if (!list) throw new SyntaxError(`Not built yet: the pattern ${letter.repeat(count)}`);
  return { kind: 'names', field, names: list };
}

const OFFSETS: readonly Pick<OffsetElement, 'colon' | 'minutes' | 'seconds'>[] = [
  { colon: false, minutes: 'optional', seconds: 'none' },
  { colon: false, minutes: 'required', seconds: 'none' },
  { colon: true, minutes: 'required', seconds: 'none' },
  { colon: false, minutes: 'required', seconds: 'optional' },
  { colon: true, minutes: 'required', seconds: 'optional' },
];

function zoneElement(letter: string, count: number, pattern: string): DateElement {
  const offset = (index: number, zero: string): OffsetElement => ({ kind: 'offset', ...OFFSETS[index]!, zero });
  if ('XxZ'.includes(letter) && count > 5) throw new SyntaxError(`Too many pattern letters: ${letter}`);
  switch (letter) {
    case 'X':
      return offset(count - 1, 'Z');
    case 'x':
      return offset(count - 1, count === 1 ? '+00' : count % 2 === 0 ? '+0000' : '+00:00');
    case 'Z':
      if (count === 4) return { kind: 'gmt-offset' };
      return count === 5 ? offset(4, 'Z') : offset(1, '+0000');
    case 'O':
      if (count !== 1 && count !== 4) throw new SyntaxError(`Pattern letter count must be 1 or 4: ${letter}`);
      return { kind: 'gmt-offset' };
    case 'V':
      if (count !== 2) throw new SyntaxError(`Pattern letter count must be 2: ${letter}`);
      return { kind: 'zone-id' };
    case 'z':
      if (count > 4) throw new SyntaxError(`Too many pattern letters: ${letter}`);
      return { kind: 'zone-name' };
    default:
      throw new SyntaxError(`Unknown pattern letter: ${letter} in ${pattern}`);
  }
}
