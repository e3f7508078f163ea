import type { StartTime } from './start-time.ts';

/** `_data` of a token, in hexadecimal digits or, of servers before 4.2, as binary. */
const HEX_DATA = /"_data": ?"([0-9A-Fa-f]+)"/;
const BINARY_DATA = /"_data": ?\{"\$binary": ?(?:"|\{"base64": ?")([A-Za-z0-9+/=]+)"/;

/** What a timestamp begins with in the encoding that mongod orders its tokens by; seconds and increment have 8 digits. */
const TIMESTAMP = '82';
const SECONDS_AT = 2;
const INCREMENT_AT = 10;
const INCREMENT_END = 18;
/** 2017, when there were no change streams yet: what is before it is no time, but another server's token. */
const EARLIEST_SECONDS = 1_483_228_800;

/**
 * The time of a resume token of mongod, which begins with 0x82, seconds and increment; nothing where another server
 * made it, whose tokens have another form.
 *
 * All change events before that time are before the token.
 */
export function timeInToken(token: string | undefined): StartTime | undefined {
  const data = token === undefined ? '' : dataOf(token);
  if (data.length < INCREMENT_END || !data.startsWith(TIMESTAMP)) return undefined;
  const seconds = Number.parseInt(data.slice(SECONDS_AT, INCREMENT_AT), 16);
  if (seconds < EARLIEST_SECONDS) return undefined;
  return { seconds, increment: Number.parseInt(data.slice(INCREMENT_AT, INCREMENT_END), 16) };
}

/** In hexadecimal digits; empty where there is none. */
function dataOf(token: string): string {
  const hex = HEX_DATA.exec(token)?.[1];
  if (hex !== undefined) return hex;
  const base64 = BINARY_DATA.exec(token)?.[1];
  return base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('hex');
}
