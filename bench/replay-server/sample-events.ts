import { BSON, type Document, Long, ObjectId, Timestamp } from 'mongodb';

export type Operation = 'insert' | 'update' | 'replace' | 'delete';

export type SampleOptions = {
  /** BSON bytes of a document; the whole change event of an insert has 280 more. */
  readonly documentBytes: number;
  readonly collections: number;
  /** In per cent; together 100. */
  readonly mix: Partial<Record<Operation, number>>;
};

/** Change events by their number: the same number is always the same event. */
export type SampleEvents = {
  readonly namespaces: readonly string[];
  sizeOf(index: number): number;
  /** Writes the event of that number at `at` and returns where it ends. */
  write(out: Buffer, at: number, index: number): number;
};

export const DATABASE = 'rig';
/** The time of the first event; a thousand follow in each second. */
const BASE_SECONDS = 1_790_000_000;
const PER_SECOND = 1000;

/**
 * Events that are ready as bytes, so that serving one costs a copy and a few numbers written into it.
 *
 * `_id` and `n` of a document hold the event's number, so that losses, doubles and order show at the other end.
 */
export function createSampleEvents({ collections, documentBytes, mix }: SampleOptions): SampleEvents {
  const names = Array.from({ length: collections }, (_, index) => (collections === 1 ? 'c' : `c${index}`));
  const operations = spread(mix);
  const templates = names.map((name) =>
    operations.map((operation) => toTemplate(sampleEvent(operation, name, documentBytes))),
  );
  const templateOf = (index: number): Template => {
    const ofCollection = templates[index % collections]!;
    return ofCollection[Math.floor(index / collections) % ofCollection.length]!;
  };
  return {
    namespaces: names.map((name) => `${DATABASE}.${name}`),
    sizeOf: (index) => templateOf(index).bytes.length,
    write: (out, at, index) => stamp(templateOf(index), out, at, index),
  };
}

/** A hundred operations in the shares of the mix, evenly mixed; one where there is no choice. */
function spread(mix: SampleOptions['mix']): readonly Operation[] {
  const inOrder = Object.entries(mix).flatMap(([operation, share]) =>
    Array<Operation>(share).fill(operation as Operation),
  );
  if (inOrder.length !== 100) throw new RangeError(`Expected a mix of 100 per cent, got ${inOrder.length}`);
  if (new Set(inOrder).size === 1) return inOrder.slice(0, 1);
  // 37 and 100 have no common divisor, so every place is taken once
  return inOrder.map((_, index) => inOrder[(index * 37) % 100]!);
}

/** Values that stand where each event has its own; nothing else in an event looks like them. */
const MARK = {
  token: `82${'0'.repeat(16)}2B042C0100296E5A10046A1F3C9D5B7E4A0F8C2D1E3F5A7B9C0D463C6F7065726174696F6E54797065003C00`,
  id: new ObjectId('feedfacefeedfacefeedface'),
  number: Long.fromString('1234567890abcdef', false, 16),
  time: new Timestamp({ t: 0x1badb002, i: 0x1badb002 }),
  wallTime: new Date(0x0badcafe0bad),
} as const;

function sampleEvent(operation: Operation, collection: string, documentBytes: number): Document {
  return {
    _id: { _data: MARK.token },
    operationType: operation,
    clusterTime: MARK.time,
    wallTime: MARK.wallTime,
    ...(operation !== 'delete' && { fullDocument: sampleDocument(documentBytes) }),
    ns: { db: DATABASE, coll: collection },
    documentKey: { _id: MARK.id },
    ...(operation === 'update' && {
      updateDescription: {
        updatedFields: { status: 'changed', visits: 43, 'address.geo.lat': 1.5 },
        removedFields: [],
        truncatedArrays: [],
      },
    }),
  };
}

const SENTENCE = 'the quick brown fox jumps over the lazy dog. ';

/** A customer of 24 values, nested two deep, or less where that is too large; a note fills it up to the size. */
function sampleDocument(bytes: number): Document {
  const isSmall = bytes < BSON.calculateObjectSize({ ...CUSTOMER, note: '' });
  const document = (note: string) => ({ ...(isSmall ? IDENTITY : CUSTOMER), note });
  const missing = Math.max(0, bytes - BSON.calculateObjectSize(document('')));
  return document(SENTENCE.repeat(Math.ceil(missing / SENTENCE.length)).slice(0, missing));
}

const IDENTITY = { _id: MARK.id, n: MARK.number };
const CUSTOMER = {
  ...IDENTITY,
  name: 'Customer Number Seventeen',
  email: 'customer.seventeen@example.com',
  status: 'active',
  accountNo: Long.fromString('9007199254740993'),
  amount: 1234.5625,
  visits: 42,
  vip: true,
  createdAt: new Date(1_700_000_000_123),
  tags: ['alpha', 'beta', 'gamma'],
  address: { street: 'Main street 1', city: 'Springfield', zip: '12345', geo: { lat: 52.52, lng: 13.405 } },
  history: [0, 1, 2].map((v) => ({ at: new Date(1_700_000_000_000 + v * 86_400_000), by: 'agent-7', v })),
};

type Template = {
  readonly bytes: Buffer;
  readonly token: number;
  readonly clusterTime: number;
  readonly wallTime: number;
  readonly ids: readonly number[];
  readonly numbers: readonly number[];
};

function toTemplate(event: Document): Template {
  const bytes = Buffer.from(BSON.serialize(event));
  const placesOf = (mark: string | Uint8Array, from = 0): number[] => {
    const place = bytes.indexOf(mark, from);
    return place < 0 ? [] : [place, ...placesOf(mark, place + 1)];
  };
  const bytesOf = (value: unknown) => BSON.serialize({ value }).subarray(4 + 1 + 'value'.length + 1, -1);
  const [token = -1] = placesOf(MARK.token);
  const [clusterTime = -1] = placesOf(bytesOf(MARK.time));
  const [wallTime = -1] = placesOf(bytesOf(MARK.wallTime));
  const ids = placesOf(MARK.id.id);
  return { bytes, token, clusterTime, wallTime, ids, numbers: placesOf(bytesOf(MARK.number)) };
}

function stamp(template: Template, out: Buffer, at: number, index: number): number {
  const { bytes } = template;
  const seconds = secondsOf(index);
  const increment = incrementOf(index);
  out.set(bytes, at);
  writeHex(out, at + template.token + 2, seconds);
  writeHex(out, at + template.token + 10, increment);
  out.writeUInt32LE(increment, at + template.clusterTime);
  out.writeUInt32LE(seconds, at + template.clusterTime + 4);
  writeInt64(out, at + template.wallTime, seconds * 1000);
  for (const place of template.ids) {
    out.writeUInt32BE(BASE_SECONDS, at + place);
    out.writeUInt32BE(0, at + place + 4);
    out.writeUInt32BE(index, at + place + 8);
  }
  for (const place of template.numbers) writeInt64(out, at + place, index);
  return at + bytes.length;
}

const secondsOf = (index: number): number => BASE_SECONDS + Math.floor(index / PER_SECOND);
const incrementOf = (index: number): number => (index % PER_SECOND) + 1;

/** The resume token of the event of that number; -1: before the first one. */
export const tokenOf = (index: number): string =>
  `82${hex(secondsOf(index))}${hex(index < 0 ? PER_SECOND : incrementOf(index))}${MARK.token.slice(18)}`;

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

/** The number of the event that has that token, or nothing. */
export function indexOfToken(token: unknown): number | undefined {
  const [, seconds, increment] = /^82([0-9A-F]{8})([0-9A-F]{8})/.exec(String(token)) ?? [];
  if (seconds === undefined || increment === undefined) return undefined;
  return indexOfTime(Number.parseInt(seconds, 16), Number.parseInt(increment, 16));
}

/** The number of the event of that time. */
export const indexOfTime = (seconds: number, increment: number): number =>
  (seconds - BASE_SECONDS) * PER_SECOND + increment - 1;

export const timeOf = (index: number): Timestamp =>
  new Timestamp({ t: secondsOf(index), i: incrementOf(Math.max(0, index)) });

const DIGITS = Buffer.from('0123456789ABCDEF');

function writeHex(out: Buffer, at: number, value: number): void {
  for (let digit = 0; digit < 8; digit += 1) out[at + digit] = DIGITS[(value >>> (28 - 4 * digit)) & 15]!;
}

function writeInt64(out: Buffer, at: number, value: number): void {
  out.writeUInt32LE(value % 2 ** 32, at);
  out.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}
