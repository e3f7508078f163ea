import { civilOf, type Day, dayOfCivil, daysInYear, weekdayOf } from './days.ts';

/** On which day weeks begin (1 is Monday), and how many days of a year make a week its first one. */
export type WeekRules = { readonly firstDay: number; readonly minimalDays: number };

/** Regions whose first week has at least four days, as ISO 8601 has it. Source: CLDR 39, `minDays`. */
const FOUR_DAYS =
  'AD AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL PT RE RU SE SJ SK SM VA';

/** A language without a region has Sunday and one day, as in Java. */
export function weekRules(languageTag: string): WeekRules {
  const region = /^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})(?:-|$)/i.exec(languageTag)?.[1]?.toUpperCase();
  if (region === undefined) return { firstDay: 7, minimalDays: 1 };
  return { firstDay: firstDayOf(region), minimalDays: FOUR_DAYS.split(' ').includes(region) ? 4 : 1 };
}

/** Not in every runtime's types yet. */
type WeekInfo = { getWeekInfo?(): { firstDay: number }; weekInfo?: { firstDay: number } };

function firstDayOf(region: string): number {
  const locale = new Intl.Locale(`en-${region}`) as WeekInfo;
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** From Monday as 1 to the first day of the week as 1. */
export const localWeekday = (weekday: number, { firstDay }: WeekRules): number => ((weekday - firstDay + 7) % 7) + 1;

/** How far the first week of a year begins before (negative) or behind its first day. */
function firstWeekOffset(year: number, rules: WeekRules): number {
  const first = localWeekday(weekdayOf(dayOfCivil(year, 1, 1)), rules);
  const daysInside = 8 - first;
  return daysInside >= rules.minimalDays ? 1 - first : daysInside;
}

/** The day of a week of a week-based year; a week behind the last one is the last one. */
export function dayOfWeekDate(year: number, week: number, localDay: number, rules: WeekRules): Day {
  const weeks = Math.round((daysInYear(year) + firstWeekOffset(year + 1, rules) - firstWeekOffset(year, rules)) / 7);
  return dayOfCivil(year, 1, 1) + firstWeekOffset(year, rules) + (Math.min(week, weeks) - 1) * 7 + localDay - 1;
}

/** The week-based year of a day, and its week in it. */
export function weekOf(day: Day, rules: WeekRules): { year: number; week: number } {
  const { year } = civilOf(day);
  const startOf = (of: number) => dayOfCivil(of, 1, 1) + firstWeekOffset(of, rules);
  const weekYear = day < startOf(year) ? year - 1 : day >= startOf(year + 1) ? year + 1 : year;
  return { year: weekYear, week: Math.floor((day - startOf(weekYear)) / 7) + 1 };
}
