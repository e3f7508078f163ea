import { DataError } from '../errors.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
/** 15 October 1582: before it Java's dates are of the Julian calendar. */
const GREGORIAN_MS = -12_219_292_800_000;

type Day = { readonly year: number; readonly month: number; readonly day: number };

/** A moment as Java's `Date.toString` prints it in UTC: `Thu Jan 01 00:00:00 UTC 1970`. */
export function dateText(millis: bigint): string {
  const date = new Date(Number(millis));
  if (Number.isNaN(date.getTime())) throw new DataError('RECORD_INVALID', 'Expected a date that a calendar has');
  const { year, month, day } = date.getTime() < GREGORIAN_MS ? julianDay(date.getTime()) : gregorianDay(date);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':');
  return `${DAYS[date.getUTCDay()]} ${MONTHS[month]} ${twoDigits(day)} ${time} UTC ${year > 0 ? year : 1 - year}`;
}

const twoDigits = (part: number): string => String(part).padStart(2, '0');

const gregorianDay = (date: Date): Day => ({
  year: date.getUTCFullYear(),
  month: date.getUTCMonth(),
  day: date.getUTCDate(),
});

/** Richards' algorithm, from a day number that counts from 1 March 4801 BC. */
function julianDay(millis: number): Day {
  const days = Math.floor(millis / DAY_MS) + 2_440_588 + 32_082;
  const years = Math.floor((4 * days + 3) / 1461);
  const dayOfYear = days - Math.floor((1461 * years) / 4);
  const months = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: years - 4800 + Math.floor(months / 10),
    month: (months + 2) % 12,
    day: dayOfYear - Math.floor((153 * months + 2) / 5) + 1,
  };
}
