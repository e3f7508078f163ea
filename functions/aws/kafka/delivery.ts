import type { Origin } from '../../connect/connector.ts';
import type { OriginOf, ProducerRecord } from './producer.ts';

/** One call of `send`: how many of its records are still to be stored. It is `unfinished` until none is. */
export class Delivery {
  #left: number;
  readonly #unfinished: Set<Delivery>;
  readonly originOf: OriginOf | undefined;
  readonly promise: Promise<void>;
  readonly #resolve: () => void;
  readonly reject: (error: Error) => void;

  constructor(records: number, unfinished: Set<Delivery>, originOf?: OriginOf) {
    this.#left = records;
    this.#unfinished = unfinished.add(this);
    this.originOf = originOf;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#resolve = resolve;
    this.reject = reject;
  }

  settle(records: number): void {
    this.#left -= records;
    if (this.#left > 0) return;
    this.#unfinished.delete(this);
    this.#resolve();
  }
}

/** What a record of a delivery was made from; where the caller can't tell, its topic and bytes have to do. */
export const originOf = ({ originOf: known }: Delivery, place: number, record: ProducerRecord): Origin =>
  known?.(place, record) ?? { namespace: record.topic, token: '', key: record.key, value: record.value };

/** How many records in a row belong to one delivery. */
export type Span = { readonly delivery: Delivery; count: number };

/** Cuts off the first `count` records' spans. */
export function takeSpans(spans: Span[], count: number): Span[] {
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
