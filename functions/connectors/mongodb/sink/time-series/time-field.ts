import { decimal128Text } from '../../bson/decimal128-text.ts';
import { createOutput, takeBytes, writeInt64 } from '../../bson/output.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { type Fields, toValue, type Value } from '../../bson/values.ts';
import { parseDateParts } from './date-parse.ts';
import { parseDatePattern } from './date-pattern.ts';
import { resolveDate } from './date-resolve.ts';
import { weekRules } from './weeks.ts';

/**
 * `timeseries.timefield.auto.convert`: makes a date of a number (milliseconds, its fraction cut off) or of a text in the
 * time field at the top. A text that does not fit the pattern stays as it is, and the server then refuses the document.
 */
export function timeFieldConverter(field: string, pattern: string, languageTag: string): (fields: Fields) => void {
  const elements = parseDatePattern(pattern, languageTag);
  const rules = weekRules(languageTag);
  const dateOf = (text: string): bigint | undefined => {
    const parts = parseDateParts(text, elements);
    const ms = parts && resolveDate(parts, rules);
    return ms !== undefined && BigInt.asIntN(64, ms) === ms ? ms : undefined;
  };
  return (fields) => {
    const value = fields.get(field);
    const ms = value && (value.type === BSON_TYPE.string ? dateOf(textOf(value)) : millisecondsOf(value));
    if (ms !== undefined) fields.set(field, toDate(ms));
  };
}

const textOf = ({ bytes }: Value): string => Buffer.from(bytes!).toString('utf8', 4, bytes!.length - 1);

function millisecondsOf({ type, bytes }: Value): bigint | undefined {
  const view = Buffer.from(bytes ?? []);
  switch (type) {
    case BSON_TYPE.int32:
      return BigInt(view.readInt32LE(0));
    case BSON_TYPE.int64:
      return view.readBigInt64LE(0);
    case BSON_TYPE.double:
      return truncated(view.readDoubleLE(0));
    case BSON_TYPE.decimal128:
      return truncated(Number(decimal128Text(view, 0)));
    default:
      return undefined;
  }
}

const [LOWEST, HIGHEST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** As Java casts a double to a long: no number is 0, and what is too large is the largest. */
function truncated(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (!Number.isFinite(value)) return value > 0 ? HIGHEST : LOWEST;
  const whole = BigInt(Math.trunc(value));
  return whole > HIGHEST ? HIGHEST : whole < LOWEST ? LOWEST : whole;
}

function toDate(ms: bigint): Value {
  const out = createOutput(8);
  writeInt64(out, ms);
  return toValue(BSON_TYPE.date, takeBytes(out));
}
