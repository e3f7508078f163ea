import { type ClaimCheck, type FetchValue, isClaimChecked, parseReference } from '../aws/claim-check.ts';
import { ConnectorError, DataError } from '../connect/errors.ts';
import type { Outcome } from '../connect/outcomes.ts';
import type { ConsumedRecord } from '../connect/records.ts';

/** Bytes of fetched values that a put holds at a time: with what is made of them they fit a function of 512 MB. */
const MOST_BYTES = 48 * 1024 * 1024;

/** A record whose value is elsewhere: where, or why that can't be told. */
type Reference = ClaimCheck | Outcome;

/**
 * Records in portions whose fetched values fit into memory together; places of the records. A put without claim checks
 * is one portion.
 */
export function toPortions(records: readonly ConsumedRecord[], mostBytes = MOST_BYTES): readonly (readonly number[])[] {
  const portions: number[][] = [[]];
  let bytes = 0;
  for (let place = 0; place < records.length; place += 1) {
    const reference = referenceOf(records[place]!);
    const own = reference && 'bytes' in reference ? reference.bytes : 0;
    if (bytes > 0 && bytes + own > mostBytes) {
      portions.push([]);
      bytes = 0;
    }
    bytes += own;
    portions.at(-1)!.push(place);
  }
  return portions;
}

/**
 * The record with its value, which is fetched where the record has a reference in its place.
 *
 * A value that is gone or another one never comes back, so the record is rejected; a bucket that can't be reached is no
 * record's fault.
 */
export async function withValue(
  record: ConsumedRecord,
  fetchValue: FetchValue,
  signal: AbortSignal,
): Promise<ConsumedRecord | Outcome> {
  const reference = referenceOf(record);
  if (!reference) return record;
  if ('status' in reference) return reference;
  try {
    return { ...record, value: await fetchValue(reference, signal) };
  } catch (error) {
    if (error instanceof DataError) return rejected(error);
    if (error instanceof ConnectorError) return { status: 'unsettled', error };
    throw error;
  }
}

function referenceOf({ headers, value }: ConsumedRecord): Reference | undefined {
  if (value === null || !isClaimChecked(headers)) return undefined;
  try {
    return parseReference(value);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return rejected(error);
  }
}

const rejected = (error: DataError): Outcome => ({
  status: 'rejected',
  error,
  stage: 'VALUE_CONVERTER',
  class: 'tailrace.ClaimCheck',
});
