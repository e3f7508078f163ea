/** Days since 1970 in the proleptic Gregorian calendar. */
export type Day = number;

/** Hinnant's "days_from_civil": the year begins in March, so that leap days come last; an era is 400 years. */
export function dayOfCivil(year: number, month: number, day: number): Day {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const daysInYear = (year: number): number => (isLeap(year) ? 366 : 365);

export const daysInMonth = (year: number, month: number): number =>
  dayOfCivil(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - dayOfCivil(year, month, 1);

/** 1 is Monday. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;

export function civilOf(day: Day): { year: number; month: number; dayOfMonth: number; dayOfYear: number } {
  let year = 1970 + Math.floor(day / 365.2425);
  if (dayOfCivil(year, 1, 1) > day) year--;
  else if (dayOfCivil(year + 1, 1, 1) <= day) year++;
  const dayOfYear = day - dayOfCivil(year, 1, 1) + 1;
  let month = 12;
  while (dayOfCivil(year, month, 1) > day) month--;
  return { year, month, dayOfMonth: day - dayOfCivil(year, month, 1) + 1, dayOfYear };
}
