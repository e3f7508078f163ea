import { parseValue, refusalOf } from './json-properties.ts';

/** A BSON timestamp: seconds since 1970 and the count within the second. */
export type StartTime = { readonly seconds: number; readonly increment: number };

/** Negative where `a` is earlier, 0 where both are the same. */
export const compareTimes = (a: StartTime, b: StartTime): number => a.seconds - b.seconds || a.increment - b.increment;

const MAX_INT32 = 2 ** 31 - 1;
const MAX_UINT32 = 2 ** 32 - 1;
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}(?::?\d{2})?)$/i;
const REFUSAL =
  'Must be either an integer number of seconds since the Epoch in the decimal format (example: 30), or an instant in the ISO-8601 format with one second precision (example: \'1970-01-01T00:00:30Z\'), or a BSON Timestamp in the canonical extended JSON (v2) format (example: \'{"$timestamp": {"t": 30, "i": 0}}\').';

/** The time of a property, in one of the peer's three forms; nothing where it is empty. */
export function parseStartTime(text: string): StartTime | undefined {
  if (text === '') return undefined;
  const time = fromSeconds(text) ?? fromInstant(text) ?? fromTimestamp(text);
  if (!time) throw new TypeError(REFUSAL);
  return time;
}

export const refuseStartTime = (text: string): string | undefined => refusalOf(() => parseStartTime(text));

function fromSeconds(text: string): StartTime | undefined {
  if (!/^\+?\d+$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds <= MAX_INT32 ? { seconds, increment: 0 } : undefined;
}

function fromInstant(text: string): StartTime | undefined {
  const [, local, zone = ''] = INSTANT.exec(text) ?? [];
  if (local === undefined) return undefined;
  const milliseconds = Date.parse(`${local}Z`);
  // a day that does not exist must not become another one
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(local.toUpperCase()))
    return undefined;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  const offset = (sign === '-' ? -60 : 60) * (Number(hours) * 60 + Number(minutes));
  const seconds = milliseconds / 1000 - (sign === undefined ? 0 : offset);
  return seconds >= 0 && seconds <= MAX_INT32 ? { seconds, increment: 0 } : undefined;
}

function fromTimestamp(text: string): StartTime | undefined {
  if (refusalOf(() => parseValue(text)) !== undefined) return undefined;
  const value = parseValue(text);
  return typeof value === 'object' && value !== null && 't' in value && 'i' in value
    ? toTime(Number(value.t), Number(value.i))
    : undefined;
}

const toTime = (seconds: number, increment: number): StartTime | undefined =>
  [seconds, increment].every((part) => Number.isInteger(part) && part >= 0 && part <= MAX_UINT32)
    ? { seconds, increment }
    : undefined;
