import { DataError } from '../../../connect/errors.ts';
import { type Element, endOfCString, endOfValue, isName } from './element-reader.ts';
import { BSON_TYPE } from './types.ts';

/** What a change event is about, as elements of its bytes; nothing is decoded or copied. */
export type EventHeader = {
  readonly bytes: Buffer;
  id: Element | undefined;
  operationType: Element | undefined;
  ns: Element | undefined;
  documentKey: Element | undefined;
  fullDocument: Element | undefined;
  clusterTime: Element | undefined;
  /** Members that are literally called `ns.db` and `ns.coll`: a pipeline can make them, and they win over the path. */
  dottedDatabase: Element | undefined;
  dottedCollection: Element | undefined;
};

/** Finds the members of a change event in one pass; of several with one name the first counts. */
export function scanEvent(bytes: Buffer): EventHeader {
  const header: EventHeader = {
    bytes,
    id: undefined,
    operationType: undefined,
    ns: undefined,
    documentKey: undefined,
    fullDocument: undefined,
    clusterTime: undefined,
    dottedDatabase: undefined,
    dottedCollection: undefined,
  };
  let at = 4;
  for (;;) {
    const type = bytes[at];
    if (type === 0) return header;
    if (type === undefined)
      throw new DataError('CHANGE_EVENT_INVALID', 'Expected a complete change event, got one without an end');
    const nameStart = at + 1;
    const nameEnd = endOfCString(bytes, nameStart);
    const end = endOfValue(bytes, type, nameEnd + 1);
    const member = memberOf(bytes, nameStart, nameEnd);
    if (member && !header[member]) header[member] = { type, start: nameEnd + 1, end };
    at = end;
  }
}

function memberOf(bytes: Buffer, start: number, end: number): Exclude<keyof EventHeader, 'bytes'> | undefined {
  // the length alone rules out nearly all others
  switch (end - start) {
    case 2:
      return isName(bytes, start, end, 'ns') ? 'ns' : undefined;
    case 3:
      return isName(bytes, start, end, '_id') ? 'id' : undefined;
    case 5:
      return isName(bytes, start, end, 'ns.db') ? 'dottedDatabase' : undefined;
    case 7:
      return isName(bytes, start, end, 'ns.coll') ? 'dottedCollection' : undefined;
    case 11:
      if (isName(bytes, start, end, 'documentKey')) return 'documentKey';
      return isName(bytes, start, end, 'clusterTime') ? 'clusterTime' : undefined;
    case 12:
      return isName(bytes, start, end, 'fullDocument') ? 'fullDocument' : undefined;
    case 13:
      return isName(bytes, start, end, 'operationType') ? 'operationType' : undefined;
    default:
      return undefined;
  }
}

/** Seconds since 1970, and the count within the second, of a BSON timestamp element. */
export function timestampOf(
  bytes: Buffer,
  element: Element | undefined,
): { seconds: number; increment: number } | undefined {
  if (element?.type !== BSON_TYPE.timestamp) return undefined;
  return { seconds: bytes.readUInt32LE(element.start + 4), increment: bytes.readUInt32LE(element.start) };
}

/** The seconds since 1970 of a BSON timestamp element. */
export const timestampSeconds = (bytes: Buffer, element: Element | undefined): number | undefined =>
  timestampOf(bytes, element)?.seconds;
