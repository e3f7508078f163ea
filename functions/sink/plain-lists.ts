import type { PutMemory } from '../connect/put-memory.ts';
import type { ConsumedRecord, Header, TimestampType } from '../connect/records.ts';

/**
 * The records of an event's lists, where each is as Lambda writes it; nothing where any is not. This
 * is only the quick way for what is most of all events: what an event may be, `parse-msk-event.ts` says. Keys and values
 * lie in `memory`.
 */
export function recordsOfPlainLists(lists: unknown, memory: PutMemory): ConsumedRecord[] | undefined {
  if (!isObject(lists)) return undefined;
  const records: ConsumedRecord[] = [];
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list) || !addList(name, list, records, memory)) return undefined;
  }
  return records;
}

/** Whether all of the list could be added. */
function addList(name: string, list: readonly unknown[], records: ConsumedRecord[], memory: PutMemory): boolean {
  const [first] = list;
  if (!isObject(first)) return list.length === 0;
  const { partition, topic } = first;
  if (typeof topic !== 'string' || topic === '' || !isCount(partition) || name !== `${topic}-${partition}`)
    return false;
  let lastOffset = -1;
  for (const record of list) {
    if (!isObject(record) || record.topic !== topic || record.partition !== partition) return false;
    const { offset } = record;
    if (!isCount(offset) || offset <= lastOffset || !hasPlainRest(record)) return false;
    lastOffset = offset;
    const key = toBytes(record.key, memory);
    const value = toBytes(record.value, memory);
    const headers = toHeaders(record.headers);
    if (key === undefined || value === undefined || headers === undefined) return false;
    const { timestamp = -1, timestampType = 'NO_TIMESTAMP_TYPE' } = record;
    records.push({ topic, partition, offset, timestamp, timestampType, key, value, headers });
  }
  return true;
}

const NO_HEADERS: readonly Header[] = [];

/** The headers of a record; nothing where they are not lists of bytes by name. */
function toHeaders(list: unknown): readonly Header[] | undefined {
  if (list === undefined || list === null) return NO_HEADERS;
  if (!Array.isArray(list)) return undefined;
  if (list.length === 0) return NO_HEADERS;
  const headers: Header[] = [];
  for (const entry of list) {
    if (!isObject(entry)) return undefined;
    for (const name of Object.keys(entry)) {
      const bytes = entry[name];
      if (bytes !== null && !(Array.isArray(bytes) && bytes.every(isByte))) return undefined;
      // Buffer has many small ones in one piece of memory
      headers.push([name, bytes && Buffer.from(bytes)]);
    }
  }
  return headers;
}

/** They may come as signed numbers. */
const isByte = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= -128 && (value as number) <= 255;

type PlainRest = { readonly timestamp?: number; readonly timestampType?: TimestampType };

function hasPlainRest(record: Members): record is Members & PlainRest {
  const { timestamp, timestampType } = record;
  return (
    (timestamp === undefined || Number.isSafeInteger(timestamp)) &&
    (timestampType === undefined || timestampType === 'CREATE_TIME' || timestampType === 'LOG_APPEND_TIME')
  );
}

/** Decodes a key or value. `undefined` where a text is not the base64 of anything. */
function toBytes(text: unknown, memory: PutMemory): Uint8Array | null | undefined {
  if (text === null || text === undefined) return null;
  if (typeof text !== 'string' || text.length % 4 !== 0) return undefined;
  const most = (text.length / 4) * 3;
  const piece = memory.open(most);
  const start = piece.at;
  const length = piece.bytes.write(text, start, most, 'base64');
  piece.at = start + length;
  // the decoder passes over what is not base64, and reads the alphabet of URLs, too
  const isWhole = length === most - paddingOf(text);
  return isWhole && !text.includes('-') && !text.includes('_') ? piece.bytes.subarray(start, piece.at) : undefined;
}

const paddingOf = (text: string): number => (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
