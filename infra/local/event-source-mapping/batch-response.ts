import type { InvocationResult } from '../invocation.ts';
import type { MappingRecord } from './msk-event.ts';

/** What an invocation says about its batch. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  /** The whole batch comes again. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<MappingRecord>; readonly reason: string }
  /** The function was not invoked, so it is no try. */
  | { readonly kind: 'throttled' };

/** Reads a result as Lambda does: what names no record of the batch, or has another shape, fails the whole batch. */
export function readInvocation(
  result: InvocationResult,
  records: readonly MappingRecord[],
  { topic, reportBatchItemFailures }: { topic: string; reportBatchItemFailures: boolean },
): Verdict {
  switch (result.status) {
    case 'throttled':
      return { kind: 'throttled' };
    case 'too-large':
      return { kind: 'failed', reason: `The event has ${result.bytes} bytes, more than a function takes` };
    case 'failed':
      return { kind: 'failed', reason: `${result.error.errorType}: ${result.error.errorMessage}` };
    case 'succeeded':
      return reportBatchItemFailures ? readResponse(result.payload, records, topic) : { kind: 'succeeded' };
  }
}

function readResponse(payload: string, records: readonly MappingRecord[], topic: string): Verdict {
  const response: unknown = payload === '' ? null : JSON.parse(payload);
  if (response === null || response === '') return { kind: 'succeeded' };
  if (!isObject(response)) return malformed('Expected the batch response to be an object');
  const failures = response.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return malformed('Expected batchItemFailures to be an array');
  const byPosition = new Map(records.map((record) => [`${topic}-${record.partition}@${record.offset}`, record]));
  const failed = new Set<MappingRecord>();
  for (const failure of failures) {
    const position = positionOf(failure);
    const record = position === undefined ? undefined : byPosition.get(position);
    if (!record)
      return malformed(
        position === undefined
          ? 'Expected an itemIdentifier with a partition (text) and an offset (number)'
          : `Expected an itemIdentifier of the batch, got ${position}`,
      );
    failed.add(record);
  }
  if (failed.size === 0) return { kind: 'succeeded' };
  return { kind: 'partial', failed, reason: `The function reported ${failed.size} of ${records.length} records` };
}

function positionOf(failure: unknown): string | undefined {
  const identifier = isObject(failure) ? failure.itemIdentifier : undefined;
  if (!isObject(identifier)) return undefined;
  const { partition, offset } = identifier;
  return typeof partition === 'string' && Number.isInteger(offset) ? `${partition}@${offset}` : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (reason: string): Verdict => ({ kind: 'failed', reason });
