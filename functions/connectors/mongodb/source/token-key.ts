import { BSON_TYPE } from '../bson/types.ts';

const TOKEN_KEY_BYTES = 10;

/** `{_id: <resume token>}`: the key of an event that is about no document. */
export function tokenKey(token: Buffer): Buffer {
  const key = Buffer.allocUnsafe(token.length + TOKEN_KEY_BYTES);
  key.writeInt32LE(key.length, 0);
  key[4] = BSON_TYPE.document;
  key.write('_id\0', 5, 'latin1');
  token.copy(key, 9);
  key[key.length - 1] = 0;
  return key;
}
