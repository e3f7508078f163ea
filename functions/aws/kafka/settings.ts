import { ConfigError, type Problem } from '../../connect/errors.ts';
import type { Log } from '../../connect/log.ts';
import { type CompressionType, codecs } from './codecs.ts';

/** What `producer.override.*` can change. */
export type ProducerSettings = {
  readonly compression: CompressionType;
  /** Most bytes of one batch, before compression. */
  readonly batchBytes: number;
  /** Most bytes of one request, and of one record; undefined leaves records to their topic's limit. */
  readonly maxRequestBytes: number | undefined;
  /** The longest that a record waits for others, behind a request that carried so many of them or more. */
  readonly lingerMs: number;
  readonly lingerRecords: number;
  readonly deliveryTimeoutMs: number;
  /** The longest to wait for a topic's metadata and for a producer id. */
  readonly maxBlockMs: number;
};

/** Most bytes of a batch for a topic that takes messages of so many. */
export const mostBytesOf = (
  { batchBytes, maxRequestBytes = Number.POSITIVE_INFINITY }: ProducerSettings,
  maxMessageBytes = Number.POSITIVE_INFINITY,
): number => Math.min(batchBytes, maxRequestBytes, maxMessageBytes);

// Under the broker's default message.max.bytes of 1,048,588 with room to spare. The Java producer's 16 KB assumes five
// requests in flight; we have one per lane, which large batches make up for.
const BATCH_BYTES = 900_000;
const LINGER_MS = 5;
/**
 * A request with fewer is answered before many more records came: waiting saves no CPU time at 2,000 records per second,
 * and is most of their latency. Who sets linger.ms asks for larger requests, whatever the load.
 */
const LINGER_RECORDS = 16;
const SEVERAL = 2;
const DELIVERY_TIMEOUT_MS = 120_000;
const MAX_BLOCK_MS = 60_000;
const HONOURED = 'compression.type, max.request.size, linger.ms, batch.size, delivery.timeout.ms, max.block.ms';

/**
 * Reads the properties behind `producer.override.`.
 *
 * Refuses what would lose records, whatever else it asks for; what only tunes the Java producer is warned of by name.
 */
export function parseProducerSettings(overrides: Readonly<Record<string, string>>, log: Log): ProducerSettings {
  const problems: Problem[] = [];
  const left = new Map(Object.entries(overrides).map(([name, value]) => [name, value.trim()]));
  const take = (name: string): string | undefined => {
    const value = left.get(name);
    left.delete(name);
    return value;
  };
  const refuse = (name: string, message: string) => problems.push({ property: `producer.override.${name}`, message });
  const count = <T>(name: string, otherwise: T, min: number): number | T => {
    const text = take(name);
    if (text === undefined) return otherwise;
    if (/^\d+$/.test(text) && Number(text) >= min) return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
    refuse(name, `Expected a whole number of at least ${min}, got '${text}'`);
    return otherwise;
  };

  const acks = take('acks');
  if (acks !== undefined && acks !== 'all' && acks !== '-1')
    refuse('acks', `Expected 'all': with '${acks}' acknowledged records can be lost`);
  const idempotence = take('enable.idempotence');
  if (idempotence !== undefined && idempotence.toLowerCase() !== 'true')
    refuse('enable.idempotence', `Expected 'true', got '${idempotence}'`);
  const compression = (take('compression.type') ?? 'none').toLowerCase();
  if (!Object.hasOwn(codecs, compression))
    refuse('compression.type', `Expected one of ${Object.keys(codecs).join(', ')}, got '${compression}'`);
  const settings: ProducerSettings = {
    compression: compression as CompressionType,
    batchBytes: Math.min(count('batch.size', BATCH_BYTES, 0), BATCH_BYTES),
    maxRequestBytes: count('max.request.size', undefined, 1),
    lingerRecords: left.has('linger.ms') ? SEVERAL : LINGER_RECORDS,
    lingerMs: count('linger.ms', LINGER_MS, 0),
    deliveryTimeoutMs: count('delivery.timeout.ms', DELIVERY_TIMEOUT_MS, 1),
    maxBlockMs: count('max.block.ms', MAX_BLOCK_MS, 0),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  for (const name of left.keys()) {
    log.warn('Producer override has no effect', { property: `producer.override.${name}`, honoured: HONOURED });
  }
  return settings;
}
