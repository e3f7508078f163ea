import { type BatchBuffers, openBatchBuffers } from './batch-buffers.ts';
import { type Delivery, type Span, takeSpans } from './delivery.ts';
import type { ProducerRecord } from './producer.ts';
import type { ProducerIdentity } from './producer-id.ts';
import { readRecords } from './read-records.ts';
import { append, type BatchIdentity, type BatchRecords, noRecords } from './record-batch.ts';
import { recordBytes } from './record-bytes.ts';

/** Records that are gathered for one batch. */
type Gathered = {
  readonly records: BatchRecords;
  readonly spans: Span[];
  /** The place of each record in its delivery. */
  readonly places: number[];
  /** What it counts for against the limit of unacknowledged bytes. */
  bytes: number;
};

/** Records that travel together, with what was sent of them. */
export type Batch = Readonly<Gathered> & {
  readonly lane: Lane;
  /** The bytes of the first try, and under whom: a retry sends the very same again. */
  encoded: { readonly data: Buffer; readonly identity: BatchIdentity } | undefined;
  /** How often these bytes went out; from the second time on an earlier one may have been stored. */
  sent: number;
  failures: number;
  /** Monotonic milliseconds of the first try. */
  firstTriedAt: number | undefined;
};

const LARGEST_SEQUENCE = 2 ** 31 - 1;

/** A new lane's first batch has room for so many bytes; each later one for as many as the one before had. */
const FIRST_BYTES = 512;

/**
 * The queue of one topic-partition, in batches: a record's bytes are copied into the one that is gathered.
 *
 * One batch is in flight at a time, so the order of its records is the order of the calls whatever fails, and a batch's
 * sequence is known only once the one before it is stored.
 */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  readonly #buffers: BatchBuffers;
  #gathered: Gathered | undefined;
  /** Full ones, the first one first. */
  #full: Batch[] = [];
  #expectedBytes = FIRST_BYTES;
  /** Batches that go before the queue: one to be sent again, or the halves of one that was refused as a whole. */
  #first: Batch[] = [];
  #identity: ProducerIdentity | undefined;
  #sequence = 0;
  inFlight: Batch | undefined;
  /** Monotonic milliseconds until which it rests after a failure. */
  pausedUntil = 0;
  /** Batches begun so far. */
  begun = 0;

  constructor(topic: string, partition: number, buffers: BatchBuffers = openBatchBuffers()) {
    this.topic = topic;
    this.partition = partition;
    this.#buffers = buffers;
  }

  /** How logs name it. */
  get name(): { readonly topic: string; readonly partition: number } {
    return { topic: this.topic, partition: this.partition };
  }

  get isEmpty(): boolean {
    return this.#first.length === 0 && this.#full.length === 0 && this.#gathered === undefined;
  }

  isFull(maxBytes: number): boolean {
    return this.#first.length > 0 || this.#full.length > 0 || (this.#gathered?.bytes ?? 0) >= maxBytes;
  }

  get nextBytes(): number {
    return (this.#first[0] ?? this.#full[0] ?? this.#gathered)?.bytes ?? 0;
  }

  /**
   * Takes a record, the `place`th of its delivery, into the next batch that has room for it: batches have at most
   * `maxBytes`, or one record. Returns the bytes that it counts for.
   */
  push(record: ProducerRecord, { delivery, place, maxBytes, now }: Pushed): number {
    const bytes = recordBytes(record);
    if (this.#gathered && this.#gathered.bytes + bytes > maxBytes) this.#close(this.#gathered);
    this.#gathered ??= gather(this.#buffers, this.#expectedBytes);
    const { places, records, spans } = this.#gathered;
    append(records, record, now, this.#buffers);
    this.#gathered.bytes += bytes;
    places.push(place);
    const last = spans.at(-1);
    if (last?.delivery === delivery) last.count += 1;
    else spans.push({ delivery, count: 1 });
    return bytes;
  }

  /** Nothing more comes into it. */
  #close(gathered: Gathered): void {
    this.begun += 1;
    this.#expectedBytes = gathered.bytes;
    this.#full.push(toBatchOf(this, gathered));
    this.#gathered = undefined;
  }

  /** Puts the next batch in flight. */
  take(): Batch {
    if (this.#first.length === 0 && this.#full.length === 0) this.#close(this.#gathered!);
    this.inFlight = this.#first.shift() ?? this.#full.shift()!;
    return this.inFlight;
  }

  /** Where a batch goes that was not sent before: behind the last stored one, or at the start of a new epoch. */
  identify(current: ProducerIdentity): BatchIdentity {
    if (this.#identity !== current) {
      this.#identity = current;
      this.#sequence = 0;
    }
    return { ...current, sequence: this.#sequence };
  }

  /** The batch in flight goes again, before all others. */
  putBack(batch: Batch): void {
    this.inFlight = undefined;
    this.#first.unshift(batch);
  }

  /** The batch is stored; the next one's sequence follows it, and wraps at 2^31. */
  settle({ encoded, records, sent, spans }: Batch): void {
    this.inFlight = undefined;
    if (encoded) this.#sequence = sequenceAfter(encoded.identity.sequence, records.count);
    for (const { delivery, count } of spans) delivery.settle(count);
    // an earlier try may still be on its way to a socket
    if (sent <= 1) this.#buffers.give(records.bytes);
  }

  /** The record in flight, of which nothing was stored, gives its place to another one. */
  replace({ bytes, places, spans }: Batch, record: ProducerRecord): void {
    this.inFlight = undefined;
    const records = this.#copied([record]);
    this.#first.unshift(toBatchOf(this, { records, spans, places, bytes }));
  }

  /** Halves the batch in flight, of which nothing was stored. */
  split({ bytes, places, records, spans }: Batch): void {
    this.inFlight = undefined;
    const all = readRecords(records, this);
    const middle = all.length >> 1;
    const first = all.slice(0, middle);
    const firstBytes = first.reduce((sum, record) => sum + recordBytes(record), 0);
    const left = spans.map((span) => ({ ...span }));
    this.#first.unshift(
      toBatchOf(this, {
        records: this.#copied(first),
        spans: takeSpans(left, middle),
        places: places.slice(0, middle),
        bytes: firstBytes,
      }),
      toBatchOf(this, {
        records: this.#copied(all.slice(middle)),
        spans: left,
        places: places.slice(middle),
        bytes: bytes - firstBytes,
      }),
    );
  }

  /** Records that were under way already, so that they have a timestamp. */
  #copied(some: readonly ProducerRecord[]): BatchRecords {
    const records = noRecords(this.#buffers, FIRST_BYTES);
    for (const record of some) append(records, record, 0, this.#buffers);
    return records;
  }
}

export const sequenceAfter = (sequence: number, records: number): number =>
  sequence > LARGEST_SEQUENCE - records ? records - (LARGEST_SEQUENCE - sequence) - 1 : sequence + records;

/** What a lane has to know of a record beside the record. */
export type Pushed = {
  readonly delivery: Delivery;
  readonly place: number;
  readonly maxBytes: number;
  /** Milliseconds since 1970, for a record without a timestamp. */
  readonly now: number;
};

const gather = (buffers: BatchBuffers, bytes: number): Gathered => ({
  records: noRecords(buffers, bytes),
  spans: [],
  places: [],
  bytes: 0,
});

const toBatchOf = (lane: Lane, { records, spans, places, bytes }: Gathered): Batch => ({
  lane,
  records,
  spans,
  places,
  bytes,
  encoded: undefined,
  sent: 0,
  failures: 0,
  firstTriedAt: undefined,
});
