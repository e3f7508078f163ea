import type { DateField } from './date-pattern.ts';

type Names = ReadonlyMap<string, number>;

/** What the names behind a pattern letter are, and the number that fewer letters stand for. */
type LetterNames = {
  readonly field: DateField;
  readonly numeric: DateField | undefined;
  readonly short: Names;
  /** Nothing: not built. */
  readonly long: Names | undefined;
};

export type DateNames = { of(letter: string): LetterNames | undefined };

/** The names of a language's months, days, halves of a day and eras; without a language Java has short ones only. */
export function dateNames(languageTag: string): DateNames {
  const locale = localeOf(languageTag);
  const months = (options: Options) => named(locale, options, 'month', MONTHS);
  const days = (weekday: Width) => named(locale, { weekday }, 'weekday', DAYS);
  const inDate: Options = { day: 'numeric' };
  const lazy: Readonly<Record<string, () => LetterNames>> = {
    M: () => letter('monthOfYear', 'monthOfYear', (month) => months({ ...inDate, month })),
    L: () => letter('monthOfYear', 'monthOfYear', (month) => months({ month })),
    E: () => letter('dayOfWeek', undefined, days),
    e: () => letter('dayOfWeek', 'localDayOfWeek', days),
    c: () => letter('dayOfWeek', 'localDayOfWeek', days),
    a: () => letter('amPm', undefined, () => named(locale, { hour: 'numeric', hour12: true }, 'dayPeriod', HALVES)),
    G: () => letter('era', undefined, (era) => named(locale, { era, year: 'numeric' }, 'era', ERAS)),
    Q: () => ({ field: 'quarterOfYear', numeric: 'quarterOfYear', short: QUARTERS, long: undefined }),
    q: () => ({ field: 'quarterOfYear', numeric: 'quarterOfYear', short: QUARTERS, long: undefined }),
  };
  const letter = (field: DateField, numeric: DateField | undefined, names: (width: Width) => Names): LetterNames => ({
    field,
    numeric,
    // made when a pattern has them: most months are numbers, and the languages of the runtime take time to load
    get short() {
      return names('short');
    },
    get long() {
      // the language of no language has no long names in Java
      return names(locale === 'und' ? 'short' : 'long');
    },
  });
  return { of: (name) => lazy[name]?.() };
}

type Width = 'short' | 'long';
type Options = Intl.DateTimeFormatOptions;

const utc = (month: number, day = 1, hour = 0, year = 2020) => {
  const date = new Date(Date.UTC(2020, month, day, hour));
  date.setUTCFullYear(year);
  return date;
};
const MONTHS: readonly (readonly [number, Date])[] = Array.from({ length: 12 }, (_, index) => [index + 1, utc(index)]);
/** 1 June 2020 was a Monday. */
const DAYS: typeof MONTHS = Array.from({ length: 7 }, (_, index) => [index + 1, utc(5, index + 1)]);
const HALVES: typeof MONTHS = [
  [0, utc(0, 1, 1)],
  [1, utc(0, 1, 13)],
];
const ERAS: typeof MONTHS = [
  [0, utc(0, 1, 0, -10)],
  [1, utc(0)],
];
const QUARTERS: Names = new Map([1, 2, 3, 4].map((quarter) => [`Q${quarter}`, quarter]));

/** An unknown language is none, as in Java. */
function localeOf(languageTag: string): string {
  if (languageTag === '') return 'und';
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([languageTag])[0] ?? 'und';
  } catch {
    // not a language tag: Java takes it for none
    return 'und';
  }
}

/**
 * The parts of formatted dates that are names. The databases of Java and of this runtime differ in dots behind short
 * names and in kinds of blanks, so both forms count.
 */
function named(
  locale: string,
  options: Options,
  type: Intl.DateTimeFormatPartTypes,
  values: readonly (readonly [number, Date])[],
): Names {
  const partOf = (used: Options, date: Date) =>
    new Intl.DateTimeFormat(locale, { ...used, timeZone: 'UTC', calendar: 'gregory' })
      .formatToParts(date)
      .find((part) => part.type === type)?.value ?? '';
  const names = new Map<string, number>();
  for (const [value, date] of values) {
    const inside = partOf(options, date);
    // beside a day some languages write the month as a number
    const name = /^\d+$/.test(inside) ? partOf({ month: options.month }, date) : inside;
    const plain = name.replace(/[\u00a0\u202f]/g, ' ');
    const dotless = name.replace(/\.$/, '');
    for (const form of [name, plain, dotless, `${dotless}.`]) names.set(form, value);
  }
  // the longest first: one name may be the beginning of another
  return new Map([...names].sort(([a], [b]) => b.length - a.length));
}
