import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer, ProducerRecord } from '../../../functions/aws/kafka/producer.ts';

export type Sent = { readonly byKey: ReadonlyMap<string, number>; readonly total: number; readonly slowestMs: number };

const KEYS = 500;
const TICK_MS = 10;
const FILLER = 'x'.repeat(200);

/**
 * Sends numbered records of many keys at a steady rate until the signal aborts, and waits until all are acknowledged.
 *
 * Calls overlap, as a source's batches do. Behind a fault the rate is made up for, as a change stream would.
 */
export async function sendLoad(
  producer: Producer,
  topic: string,
  perSecond: number,
  signal: AbortSignal,
): Promise<Sent> {
  const byKey = new Map<string, number>();
  const began = performance.now();
  let total = 0;
  let slowestMs = 0;
  const pending = new Set<Promise<void>>();
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - total;
    const records: ProducerRecord[] = [];
    for (let left = Math.min(due, 2000); left > 0; left -= 1) {
      const key = `key-${total % KEYS}`;
      const number = byKey.get(key) ?? 0;
      byKey.set(key, number + 1);
      total += 1;
      records.push({ topic, key: Buffer.from(key), value: Buffer.from(`${number} ${FILLER}`) });
    }
    const sentAt = performance.now();
    const sent = producer.send(records).then(() => {
      slowestMs = Math.max(slowestMs, performance.now() - sentAt);
    });
    pending.add(sent);
    sent.then(
      () => pending.delete(sent),
      () => undefined,
    );
    await Promise.all([producer.room(), sleep(TICK_MS)]);
  }
  await Promise.all(pending);
  return { byKey, total, slowestMs };
}
