const ISO =
  /^(-?\d{4}|[+-]\d{5,9})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?)$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * Milliseconds since 1970 of an ISO date with an offset, or of a day alone; nothing where it is neither. Java's
 * ISO_OFFSET_DATE_TIME: years beyond four digits have a sign, and parts of a millisecond are cut off.
 */
export function parseIsoDate(text: string): bigint | undefined {
  const parts = ISO.exec(DAY.test(text) ? `${text}T00:00:00Z` : text);
  if (!parts) return undefined;
  const [, year = '', month, day, hour, minute, second = '0', fraction = '', , sign, ...offset] = parts;
  const [offsetHours = 0, offsetMinutes = 0, offsetSeconds = 0] = offset.map((part) => Number(part ?? 0));
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (offsetHours > 18 || offsetMinutes > 59 || offsetSeconds > 59) return undefined;
  const ahead = (offsetHours * 3600 + offsetMinutes * 60 + offsetSeconds) * (sign === '-' ? -1 : 1);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - ahead;
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  return daysSince1970(Number(year), Number(month), Number(day)) * 86_400_000n + BigInt(seconds * 1000 + millis);
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

/** By counting eras of 400 years, which are all of one length: `Date` ends at the year 275760. */
function daysSince1970(year: number, month: number, day: number): bigint {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return BigInt(era) * 146_097n + BigInt(dayOfEra - 719_468);
}
