import type { StartTime } from './start-time.ts';

/** `_data` of a token, in hexadecimal digits or, of servers before 4.2, as binary. */
const HEX_DATA = /"_data": ?"([0-9A-Fa-f]+)"/;
const BINARY_DATA = /"_data": ?\{"\$binary": ?(?:"|\{"base64": ?")([A-Za-z0-9+/=]+)"/;

/** What a timestamp begins with in the encoding that mongod orders its tokens by. */
const TIMESTAMP = 0x82;
/** 2017, when there were no change streams yet: what is before it is no time, but another server's token. */
const EARLIEST_SECONDS = 1_483_228_800;

/**
 * The time of a resume token of mongod, which begins with 0x82, seconds and increment; nothing where another server
 * made it, whose tokens have another form.
 *
 * All change events before that time are before the token.
 */
export function timeInToken(token: string | undefined): StartTime | undefined {
  if (token === undefined) return undefined;
  const [, hex] = HEX_DATA.exec(token) ?? [];
  const [, base64] = BINARY_DATA.exec(token) ?? [];
  const bytes = hex === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(hex, 'hex');
  if (bytes.length < 9 || bytes[0] !== TIMESTAMP) return undefined;
  const seconds = bytes.readUInt32BE(1);
  return seconds < EARLIEST_SECONDS ? undefined : { seconds, increment: bytes.readUInt32BE(5) };
}
