import { DataError } from '../../../connect/errors.ts';
import { type Element, endOfCString, endOfValue, isName } from './element-reader.ts';
import { BSON_TYPE } from './types.ts';

/** Where a member of an event is. */
export type Member = { type: number; start: number; end: number };

/** The type of a member that an event does not have. */
const ABSENT = 0;

export const isPresent = ({ type }: Member): boolean => type !== ABSENT;

/** What a change event is about, as places in its bytes; nothing is decoded or copied. */
export type EventHeader = {
  bytes: Buffer;
  readonly id: Member;
  readonly ns: Member;
  readonly documentKey: Member;
  readonly fullDocument: Member;
  /** Members that are literally called `ns.db` and `ns.coll`: a pipeline can make them, and they win over the path. */
  readonly dottedDatabase: Member;
  readonly dottedCollection: Member;
};

/**
 * Finds the members of change events, in one pass over each; of several with one name the first counts.
 *
 * The header is the same one for all events, as there are more of them than of anything else: it is good until the next.
 */
export function createScanEvent(): (bytes: Buffer) => EventHeader {
  const absent = (): Member => ({ type: ABSENT, start: 0, end: 0 });
  const header: EventHeader = {
    bytes: Buffer.alloc(0),
    id: absent(),
    ns: absent(),
    documentKey: absent(),
    fullDocument: absent(),
    dottedDatabase: absent(),
    dottedCollection: absent(),
  };
  const { dottedCollection, dottedDatabase, documentKey, fullDocument, id, ns } = header;
  const members = [id, ns, documentKey, fullDocument, dottedDatabase, dottedCollection];

  return (bytes) => {
    header.bytes = bytes;
    for (const member of members) member.type = ABSENT;
    let at = 4;
    for (;;) {
      const type = bytes[at];
      if (type === 0) return header;
      if (type === undefined) {
        throw new DataError('CHANGE_EVENT_INVALID', 'Expected a complete change event, got one without an end');
      }
      const nameStart = at + 1;
      const nameEnd = endOfCString(bytes, nameStart);
      const start = nameEnd + 1;
      at = endOfValue(bytes, type, start);
      const member = memberOf(header, nameStart, nameEnd);
      if (member && !isPresent(member)) {
        member.type = type;
        member.start = start;
        member.end = at;
      }
    }
  };
}

/** The member whose name is between. */
function memberOf(header: EventHeader, start: number, end: number): Member | undefined {
  const { bytes } = header;
  // the length alone rules out nearly all others
  switch (end - start) {
    case 2:
      return isName(bytes, start, end, 'ns') ? header.ns : undefined;
    case 3:
      return isName(bytes, start, end, '_id') ? header.id : undefined;
    case 5:
      return isName(bytes, start, end, 'ns.db') ? header.dottedDatabase : undefined;
    case 7:
      return isName(bytes, start, end, 'ns.coll') ? header.dottedCollection : undefined;
    case 11:
      return isName(bytes, start, end, 'documentKey') ? header.documentKey : undefined;
    case 12:
      return isName(bytes, start, end, 'fullDocument') ? header.fullDocument : undefined;
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
