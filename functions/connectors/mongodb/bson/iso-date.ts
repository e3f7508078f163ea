import type { OutputBuffer } from '../../../connect/output-buffer.ts';

const DAY_MS = 86_400_000n;
const DAY = Number(DAY_MS);
const YEAR_0_MS = -62_167_219_200_000;
const YEAR_10000_MS = 253_402_300_800_000;
const [DASH, POINT, ZERO, COLON, T, Z] = [0x2d, 0x2e, 0x30, 0x3a, 0x54, 0x5a] as const;

/** Writes the same as `isoDate`; a year of four digits without making a text. */
export function writeIsoDate(out: OutputBuffer, milliseconds: number | bigint): void {
  if (typeof milliseconds === 'bigint' || milliseconds < YEAR_0_MS || milliseconds >= YEAR_10000_MS) {
    out.ascii(isoDate(BigInt(milliseconds)));
    return;
  }
  const days = Math.floor(milliseconds / DAY);
  const time = milliseconds - days * DAY;
  const { year, month, day } = civil(days);
  out.reserve('2026-01-01T00:00:00.000Z'.length);
  const { bytes } = out;
  let { at } = out;
  at = twoDigits(bytes, at, Math.floor(year / 100));
  at = twoDigits(bytes, at, year % 100);
  bytes[at++] = DASH;
  at = twoDigits(bytes, at, month);
  bytes[at++] = DASH;
  at = twoDigits(bytes, at, day);
  bytes[at++] = T;
  at = twoDigits(bytes, at, Math.floor(time / 3_600_000));
  bytes[at++] = COLON;
  at = twoDigits(bytes, at, Math.floor(time / 60_000) % 60);
  bytes[at++] = COLON;
  at = twoDigits(bytes, at, Math.floor(time / 1000) % 60);
  at = fraction(bytes, at, time % 1000);
  bytes[at++] = Z;
  out.at = at;
}

function twoDigits(bytes: Buffer, at: number, value: number): number {
  bytes[at] = ZERO + Math.floor(value / 10);
  bytes[at + 1] = ZERO + (value % 10);
  return at + 2;
}

/** As many digits as it needs, and none for a whole second. */
function fraction(bytes: Buffer, start: number, thousandths: number): number {
  let at = start;
  if (thousandths === 0) return at;
  bytes[at++] = POINT;
  bytes[at++] = ZERO + Math.floor(thousandths / 100);
  if (thousandths % 100 === 0) return at;
  bytes[at++] = ZERO + (Math.floor(thousandths / 10) % 10);
  if (thousandths % 10 === 0) return at;
  bytes[at++] = ZERO + (thousandths % 10);
  return at;
}

/** A date as Java's ISO_OFFSET_DATE_TIME writes it in UTC: the fraction only where there is one, any int64 as input. */
export function isoDate(milliseconds: bigint): string {
  const rest = ((milliseconds % DAY_MS) + DAY_MS) % DAY_MS;
  const days = Number((milliseconds - rest) / DAY_MS);
  const time = Number(rest);
  const { year, month, day } = civil(days);
  const fraction = time % 1000 === 0 ? '' : `.${String(time % 1000).padStart(3, '0')}`.replace(/0+$/, '');
  const clock = [time / 3_600_000, (time / 60_000) % 60, (time / 1000) % 60].map((part) => two(Math.floor(part)));
  return `${yearText(year)}-${two(month)}-${two(day)}T${clock.join(':')}${fraction}Z`;
}

const two = (value: number) => String(value).padStart(2, '0');

function yearText(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0');
  if (year < 0) return `-${digits}`;
  return year > 9999 ? `+${digits}` : digits;
}

/** Days since 1970 to a date of the proleptic Gregorian calendar: JavaScript's Date ends in the year 275760. */
function civil(days: number): { year: number; month: number; day: number } {
  // Hinnant's "civil_from_days": the year begins in March, so that leap days come last; an era is 400 years
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
