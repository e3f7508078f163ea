import type { ConsumedRecord, Header, TimestampType } from '../connect/records.ts';

/**
 * The records of an event's lists, where each is as Lambda writes it; nothing where any is not. This
 * is only the quick way for what is most of all events: what an event may be, `parse-msk-event.ts` says.
 */
export function recordsOfPlainLists(lists: unknown): ConsumedRecord[] | undefined {
  if (!isObject(lists)) return undefined;
  const records: ConsumedRecord[] = [];
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list) || !addList(name, list, records)) return undefined;
  }
  return records;
}

/** Whether all of the list could be added. */
function addList(name: string, list: readonly unknown[], records: ConsumedRecord[]): boolean {
  const [first] = list;
  if (!isObject(first)) return list.length === 0;
  const { partition, topic } = first;
  if (typeof topic !== 'string' || topic === '' || !isCount(partition) || name !== `${topic}-${partition}`)
    return false;
  const bytes = allBytes(list);
  let lastOffset = -1;
  for (const record of list) {
    if (!isObject(record) || record.topic !== topic || record.partition !== partition) return false;
    const { offset } = record;
    if (!isCount(offset) || offset <= lastOffset || !hasPlainRest(record)) return false;
    lastOffset = offset;
    const key = bytes.next(record.key);
    const value = bytes.next(record.value);
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

/**
 * Decodes the keys and values of a list one behind another into one piece of memory. `undefined` where a text is not
 * the base64 of anything.
 */
function allBytes(list: readonly unknown[]) {
  const all = Buffer.allocUnsafeSlow(list.reduce<number>((sum, record) => sum + sizeOf(record), 0));
  let at = 0;
  return {
    next(text: unknown): Uint8Array | null | undefined {
      if (text === null || text === undefined) return null;
      if (typeof text !== 'string' || text.length % 4 !== 0) return undefined;
      const start = at;
      at += all.write(text, at, 'base64');
      // the decoder passes over what is not base64, and reads the alphabet of URLs, too
      const isWhole = at - start === (text.length / 4) * 3 - paddingOf(text);
      return isWhole && !text.includes('-') && !text.includes('_') ? all.subarray(start, at) : undefined;
    },
  };
}

const sizeOf = (record: unknown): number => (isObject(record) ? lengthOf(record.key) + lengthOf(record.value) : 0);
const lengthOf = (text: unknown): number => (typeof text === 'string' ? Math.ceil((text.length * 3) / 4) : 0);
const paddingOf = (text: string): number => (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
