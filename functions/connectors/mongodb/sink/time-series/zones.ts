/** A zone that begins somewhere in a text, and how many characters it takes. */
export type FoundZone = { readonly zone: string; readonly length: number };

/** An offset (`+01:00`), one of UTC, UT and GMT with an offset behind it, `Z`, or a region (`Europe/Paris`). */
export function zoneIdAt(text: string, at: number): FoundZone | undefined {
  const rest = text.slice(at);
  const [offset] = /^(?:UTC|UT|GMT)?[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?/.exec(rest) ?? [];
  if (offset !== undefined) return { zone: offset.replace(/^[A-Z]+/, ''), length: offset.length };
  const [universal] = /^(?:UTC|UT|GMT)(?![A-Za-z0-9/])/.exec(rest) ?? [];
  if (universal !== undefined) return { zone: 'UTC', length: universal.length };
  const [region = ''] = /^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*)*/.exec(rest) ?? [];
  if (isRegion(region)) return { zone: region, length: region.length };
  return rest.startsWith('Z') ? { zone: 'UTC', length: 1 } : undefined;
}

/** This runtime also knows old names of three letters, some for other zones than one would think: BST is Dhaka's. */
const isRegion = (name: string): boolean =>
  (!/^[A-Z]{3}$/.test(name) || /^(?:CET|EET|MET|WET|PRC|ROK|UCT)$/.test(name)) && formatOf(name) !== undefined;

/** A name such as `PST` or `CEST`, which stands for the region and not for its offset, as in Java; or a zone id. */
export function zoneNameAt(text: string, at: number): FoundZone | undefined {
  const [name = ''] = /^[A-Z]{2,4}(?![A-Za-z/])/.exec(text.slice(at)) ?? [];
  const zone = REGIONS[name];
  return zone === undefined ? zoneIdAt(text, at) : { zone, length: name.length };
}

/** Seconds since 1970 of a local time: in a gap the later hour, of an hour that comes twice the first one. */
export function toInstant(localSeconds: number, zone: string): number {
  const before = offsetSeconds(zone, localSeconds - DAY);
  const after = offsetSeconds(zone, localSeconds + DAY);
  const isFirst = offsetSeconds(zone, localSeconds - before) === before;
  const isSecond = offsetSeconds(zone, localSeconds - after) === after;
  return localSeconds - (isFirst || !isSecond ? before : after);
}

const DAY = 86_400;

function offsetSeconds(zone: string, seconds: number): number {
  const fixed = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(zone);
  const name = fixed
    ? undefined
    : formatOf(zone)
        ?.formatToParts(seconds * 1000)
        .find(({ type }) => type === 'timeZoneName');
  const match = fixed ?? /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name?.value ?? '');
  if (!match) return 0;
  const [, sign, hours, minutes, rest = '0'] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(rest));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Nothing where there is no such region; only regions are kept, so that odd texts don't fill the memory. */
function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known) return known;
  try {
    const made = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, made);
    return made;
  } catch {
    // not a region that this runtime knows
    return undefined;
  }
}

/** The regions that Java takes for the usual abbreviations. Those of several continents (BST, IST) are not guessed. */
const REGIONS: Readonly<Record<string, string>> = {
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  PT: 'America/Los_Angeles',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  MT: 'America/Denver',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  CT: 'America/Chicago',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  ET: 'America/New_York',
  AST: 'America/Halifax',
  ADT: 'America/Halifax',
  NST: 'America/St_Johns',
  NDT: 'America/St_Johns',
  AKST: 'America/Juneau',
  AKDT: 'America/Juneau',
  HST: 'Pacific/Honolulu',
  HDT: 'Pacific/Honolulu',
  CET: 'Europe/Paris',
  CEST: 'Europe/Paris',
  EET: 'Europe/Bucharest',
  EEST: 'Europe/Bucharest',
  WET: 'Atlantic/Canary',
  WEST: 'Atlantic/Canary',
  MSK: 'Europe/Moscow',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  HKT: 'Asia/Hong_Kong',
  SGT: 'Asia/Singapore',
  PKT: 'Asia/Karachi',
  ICT: 'Asia/Bangkok',
  WIB: 'Asia/Jakarta',
  SAST: 'Africa/Johannesburg',
  EAT: 'Africa/Nairobi',
  CAT: 'Africa/Maputo',
  WAT: 'Africa/Lagos',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
  ACDT: 'Australia/Adelaide',
  AWST: 'Australia/Perth',
  NZST: 'Pacific/Auckland',
  NZDT: 'Pacific/Auckland',
  BRT: 'America/Sao_Paulo',
  ART: 'America/Argentina/Buenos_Aires',
  COT: 'America/Bogota',
  PET: 'America/Lima',
};
