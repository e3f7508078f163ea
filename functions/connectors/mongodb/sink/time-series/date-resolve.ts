import type { DateParts } from './date-parse.ts';
import type { DateField } from './date-pattern.ts';
import { civilOf, type Day, dayOfCivil, daysInMonth, daysInYear, weekdayOf } from './days.ts';
import { dayOfWeekDate, localWeekday, type WeekRules, weekOf } from './weeks.ts';
import { toInstant } from './zones.ts';

type Fields = Map<DateField, number>;

/**
 * Milliseconds since 1970 of what a text says, as Java's SMART resolver works: a day behind the end of its month is the
 * last one, `24:00` is the next day. Without a zone it is UTC, without a time midnight in UTC. Nothing where it says no
 * date, or contradicts itself.
 */
export function resolveDate({ fields: given, zone }: DateParts, rules: WeekRules): bigint | undefined {
  const fields = new Map(given);
  try {
    const day = takeDay(fields, rules);
    if (day === undefined) return undefined;
    const time = takeTime(fields);
    checkRest(fields, day, time, rules);
    if (time === undefined) return BigInt(day) * 86_400_000n;
    const local = day * 86_400 + time.seconds;
    return BigInt(toUtc(local, fields.get('offsetSeconds'), zone)) * 1000n + BigInt(Math.floor(time.nano / 1_000_000));
  } catch (error) {
    if (error instanceof Contradiction) return undefined;
    throw error;
  }
}

/** An offset counts more than a zone. */
function toUtc(local: number, offset: number | undefined, zone: string | undefined): number {
  if (offset !== undefined) return local - within(offset, -64_800, 64_800);
  return zone === undefined ? local : toInstant(local, zone);
}

class Contradiction extends Error {
  override readonly name = 'Contradiction';
}

function within(value: number, min: number, max: number): number {
  if (value < min || value > max) throw new Contradiction();
  return value;
}

function take(fields: Fields, field: DateField): number | undefined {
  const value = fields.get(field);
  fields.delete(field);
  return value;
}

/** Notes what follows from another field; both must agree. */
function derive(fields: Fields, field: DateField, value: number): void {
  const before = fields.get(field);
  if (before !== undefined && before !== value) throw new Contradiction();
  fields.set(field, value);
}

function takeDay(fields: Fields, rules: WeekRules): Day | undefined {
  const yearOfEra = take(fields, 'yearOfEra');
  if (yearOfEra !== undefined) {
    within(yearOfEra, 1, 1_000_000_000);
    const era = take(fields, 'era');
    const isBefore = era === undefined ? (fields.get('year') ?? 1) <= 0 : era === 0;
    derive(fields, 'year', isBefore ? 1 - yearOfEra : yearOfEra);
  }
  const localDay = take(fields, 'localDayOfWeek');
  if (localDay !== undefined) derive(fields, 'dayOfWeek', ((within(localDay, 1, 7) - 1 + rules.firstDay - 1) % 7) + 1);
  return takeCalendarDay(fields) ?? takeWeekDay(fields, rules);
}

function takeCalendarDay(fields: Fields): Day | undefined {
  const year = fields.get('year');
  if (year === undefined) return undefined;
  if (fields.has('monthOfYear') && fields.has('dayOfMonth')) {
    const month = within(take(fields, 'monthOfYear')!, 1, 12);
    const day = within(take(fields, 'dayOfMonth')!, 1, 31);
    fields.delete('year');
    return dayOfCivil(year, month, Math.min(day, daysInMonth(year, month)));
  }
  const dayOfYear = take(fields, 'dayOfYear');
  if (dayOfYear === undefined) return undefined;
  fields.delete('year');
  return dayOfCivil(year, 1, 1) + within(dayOfYear, 1, daysInYear(year)) - 1;
}

function takeWeekDay(fields: Fields, rules: WeekRules): Day | undefined {
  const [year, week, weekday] = (['weekBasedYear', 'weekOfYear', 'dayOfWeek'] as const).map((name) => fields.get(name));
  if (year === undefined || week === undefined || weekday === undefined) return undefined;
  for (const name of ['weekBasedYear', 'weekOfYear', 'dayOfWeek'] as const) fields.delete(name);
  return dayOfWeekDate(year, within(week, 1, 53), localWeekday(within(weekday, 1, 7), rules), rules);
}

type Time = { readonly seconds: number; readonly nano: number };

/** Nothing where hours are missing, or what is between two given parts. */
function takeTime(fields: Fields): Time | undefined {
  const clock = take(fields, 'clockHourOfDay');
  if (clock !== undefined) derive(fields, 'hourOfDay', within(clock, 1, 24) % 24);
  const clockOfHalf = take(fields, 'clockHourOfAmPm');
  if (clockOfHalf !== undefined) derive(fields, 'hourOfAmPm', within(clockOfHalf, 1, 12) % 12);
  const [half, hourOfHalf] = [fields.get('amPm'), fields.get('hourOfAmPm')];
  if (half !== undefined && hourOfHalf !== undefined) {
    derive(fields, 'hourOfDay', half * 12 + within(hourOfHalf, 0, 11));
    fields.delete('amPm');
    fields.delete('hourOfAmPm');
  }
  takeDayParts(fields);
  const [hour, minute, second, nano] = (['hourOfDay', 'minute', 'second', 'nano'] as const).map((name) =>
    fields.get(name),
  );
  if (hour === undefined) return undefined;
  if (
    (minute === undefined && (second ?? nano) !== undefined) ||
    (second === undefined && nano !== undefined && minute !== undefined)
  )
    return undefined;
  const rest = within(minute ?? 0, 0, 59) * 60 + within(second ?? 0, 0, 59);
  const isNextDay = hour === 24 && rest === 0 && (nano ?? 0) === 0;
  return { seconds: (isNextDay ? 24 : within(hour, 0, 23)) * 3600 + rest, nano: within(nano ?? 0, 0, 999_999_999) };
}

/** Milliseconds or nanoseconds of the day say hours, minutes and seconds at once. */
function takeDayParts(fields: Fields): void {
  const nanos = take(fields, 'nanoOfDay');
  const millis = take(fields, 'milliOfDay');
  for (const [value, perSecond] of [[nanos, 1e9] as const, [millis, 1e3] as const]) {
    if (value === undefined) continue;
    const seconds = Math.floor(within(value, 0, 86_400 * perSecond - 1) / perSecond);
    derive(fields, 'hourOfDay', Math.floor(seconds / 3600));
    derive(fields, 'minute', Math.floor(seconds / 60) % 60);
    derive(fields, 'second', seconds % 60);
    derive(fields, 'nano', (value % perSecond) * (1e9 / perSecond));
  }
}

/** What was not needed for the date must fit it. */
function checkRest(fields: Fields, day: Day, time: Time | undefined, rules: WeekRules): void {
  const { year, month, dayOfMonth, dayOfYear } = civilOf(day);
  const week = weekOf(day, rules);
  const actual: Partial<Record<DateField, number | undefined>> = {
    year,
    monthOfYear: month,
    dayOfMonth,
    dayOfYear,
    quarterOfYear: Math.ceil(month / 3),
    dayOfWeek: weekdayOf(day),
    weekBasedYear: week.year,
    weekOfYear: week.week,
    era: year > 0 ? 1 : 0,
    amPm: time && Math.floor((time.seconds % 86_400) / 43_200),
    hourOfAmPm: time && Math.floor((time.seconds % 43_200) / 3600),
  };
  for (const [field, value] of fields) {
    const known = actual[field];
    if (known !== undefined && known !== value) throw new Contradiction();
  }
}
