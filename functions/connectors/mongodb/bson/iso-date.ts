const DAY_MS = 86_400_000n;

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
