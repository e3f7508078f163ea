import type { ProducerRecord } from './producer.ts';
import type { ProducerIdentity } from './producer-id.ts';
import type { BatchIdentity } from './record-batch.ts';
import { recordBytes } from './record-batch.ts';

/** One call of `send`: how many of its records are still to be stored. */
export class Delivery {
  #left: number;
  readonly promise: Promise<void>;
  readonly #resolve: () => void;
  readonly reject: (error: Error) => void;

  constructor(records: number) {
    this.#left = records;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#resolve = resolve;
    this.reject = reject;
  }

  settle(records: number): void {
    this.#left -= records;
    if (this.#left === 0) this.#resolve();
  }
}

/** How many records in a row belong to one delivery. */
type Span = { readonly delivery: Delivery; count: number };

/** Records that travel together, with what was sent of them. */
export type Batch = {
  readonly lane: Lane;
  readonly records: readonly ProducerRecord[];
  readonly spans: readonly Span[];
  /** What it counts for against the limit of unacknowledged bytes. */
  readonly bytes: number;
  /** The bytes of the first try, and under whom: a retry sends the very same again. */
  encoded: { readonly data: Buffer; readonly identity: BatchIdentity } | undefined;
  /** How often these bytes went out; from the second time on an earlier one may have been stored. */
  sent: number;
  failures: number;
  /** Monotonic milliseconds of the first try. */
  firstTriedAt: number | undefined;
};

const LARGEST_SEQUENCE = 2 ** 31 - 1;

/**
 * The queue of one topic-partition. One batch is in flight at a time, so the order of its records is the order of the
 * calls whatever fails, and a batch's sequence is known only once the one before it is stored.
 */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  #records: ProducerRecord[] = [];
  #spans: Span[] = [];
  #bytes = 0;
  /** Batches that go before the queue: one to be sent again, or the halves of one that was refused as a whole. */
  #first: Batch[] = [];
  #identity: ProducerIdentity | undefined;
  #sequence = 0;
  inFlight: Batch | undefined;
  /** Monotonic milliseconds until which it rests after a failure. */
  pausedUntil = 0;
  /** Batches begun so far. */
  begun = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** How logs name it. */
  get name(): { readonly topic: string; readonly partition: number } {
    return { topic: this.topic, partition: this.partition };
  }

  get isEmpty(): boolean {
    return this.#records.length === 0 && this.#first.length === 0;
  }

  isFull(maxBytes: number): boolean {
    return this.#bytes >= maxBytes || this.#first.length > 0;
  }

  nextBytes(maxBytes: number): number {
    return this.#first[0]?.bytes ?? Math.min(this.#bytes, maxBytes);
  }

  /** Returns the bytes that the record counts for. */
  push(record: ProducerRecord, delivery: Delivery): number {
    const bytes = recordBytes(record);
    this.#records.push(record);
    this.#bytes += bytes;
    const last = this.#spans.at(-1);
    if (last?.delivery === delivery) last.count += 1;
    else this.#spans.push({ delivery, count: 1 });
    return bytes;
  }

  /** Puts the next batch in flight: of at most `maxBytes`, or of one record that is larger. */
  take(maxBytes: number): Batch {
    this.inFlight = this.#first.shift() ?? this.#cut(maxBytes);
    return this.inFlight;
  }

  #cut(maxBytes: number): Batch {
    this.begun += 1;
    let bytes = 0;
    let count = 0;
    for (const record of this.#records) {
      const size = recordBytes(record);
      if (count > 0 && bytes + size > maxBytes) break;
      bytes += size;
      count += 1;
    }
    const isAll = count === this.#records.length;
    const records = isAll ? this.#records : this.#records.splice(0, count);
    if (isAll) this.#records = [];
    this.#bytes -= bytes;
    const spans = isAll ? this.#spans : takeSpans(this.#spans, count);
    if (isAll) this.#spans = [];
    return newBatch(this, records, spans, bytes);
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
  settle({ encoded, records, spans }: Batch): void {
    this.inFlight = undefined;
    if (encoded) this.#sequence = sequenceAfter(encoded.identity.sequence, records.length);
    for (const { delivery, count } of spans) delivery.settle(count);
  }

  /** The record in flight, of which nothing was stored, gives its place to another one. */
  replace(batch: Batch, record: ProducerRecord): void {
    this.inFlight = undefined;
    this.#first.unshift(newBatch(this, [record], batch.spans, batch.bytes));
  }

  /** Halves the batch in flight, of which nothing was stored. */
  split(batch: Batch): void {
    this.inFlight = undefined;
    const middle = batch.records.length >> 1;
    const spans = batch.spans.map((span) => ({ ...span }));
    const first = batch.records.slice(0, middle);
    const second = batch.records.slice(middle);
    const firstBytes = first.reduce((sum, record) => sum + recordBytes(record), 0);
    const firstSpans = takeSpans(spans, middle);
    this.#first.unshift(
      newBatch(this, first, firstSpans, firstBytes),
      newBatch(this, second, spans, batch.bytes - firstBytes),
    );
  }
}

export const sequenceAfter = (sequence: number, records: number): number =>
  sequence > LARGEST_SEQUENCE - records ? records - (LARGEST_SEQUENCE - sequence) - 1 : sequence + records;

const newBatch = (lane: Lane, records: readonly ProducerRecord[], spans: readonly Span[], bytes: number): Batch => ({
  lane,
  records,
  spans,
  bytes,
  encoded: undefined,
  sent: 0,
  failures: 0,
  firstTriedAt: undefined,
});

/** Cuts off the first `count` records' spans. */
function takeSpans(spans: Span[], count: number): Span[] {
  const taken: Span[] = [];
  for (let left = count; left > 0; ) {
    const first = spans[0]!;
    const part = Math.min(first.count, left);
    taken.push({ delivery: first.delivery, count: part });
    if (part === first.count) spans.shift();
    else first.count -= part;
    left -= part;
  }
  return taken;
}
