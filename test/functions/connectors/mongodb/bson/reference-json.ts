import { javaDouble } from '../../../../../functions/connectors/mongodb/bson/java-double.ts';
import { decimalText, type Field, type Tagged } from './tagged-bson.ts';

export type Formatter = 'default' | 'extended' | 'simplified' | 'relaxed';

/** The JSON text of a document as the specification's table has it, one row after another; slow and plain. */
export function referenceJson(fields: readonly Field[], formatter: Formatter): string {
  return `{${fields.map(([name, value]) => `${quoted(name)}: ${referenceValue(value, formatter)}`).join(', ')}}`;
}

export function referenceValue(tagged: Tagged, formatter: Formatter): string {
  /** One column per formatter: default, extended, simplified, relaxed. */
  const row = (...columns: readonly [string, string, string, string]): string =>
    columns[['default', 'extended', 'simplified', 'relaxed'].indexOf(formatter)] ?? '';
  switch (tagged.type) {
    case 'string':
      return quoted(tagged.value);
    case 'boolean':
      return String(tagged.value);
    case 'null':
      return 'null';
    case 'undefined':
      return '{"$undefined": true}';
    case 'minKey':
      return '{"$minKey": 1}';
    case 'maxKey':
      return '{"$maxKey": 1}';
    case 'document':
      return referenceJson(tagged.value, formatter);
    case 'array':
      return `[${tagged.value.map((value) => referenceValue(value, formatter)).join(', ')}]`;
    case 'int32': {
      const digits = String(tagged.value);
      return row(digits, `{"$numberInt": "${digits}"}`, digits, digits);
    }
    case 'int64': {
      const digits = String(tagged.value);
      const wrapped = `{"$numberLong": "${digits}"}`;
      return row(wrapped, wrapped, digits, digits);
    }
    case 'double': {
      const digits = javaDouble(tagged.value);
      const wrapped = `{"$numberDouble": "${digits}"}`;
      const number = Number.isFinite(tagged.value) ? digits : wrapped;
      return row(number, wrapped, number, number);
    }
    case 'decimal128': {
      const digits = `"${decimalText(tagged.bytes)}"`;
      const wrapped = `{"$numberDecimal": ${digits}}`;
      return row(wrapped, wrapped, digits, wrapped);
    }
    case 'timestamp':
      return `{"$timestamp": {"t": ${tagged.seconds}, "i": ${tagged.increment}}}`;
    case 'date': {
      const wrapped = `{"$date": {"$numberLong": "${tagged.value}"}}`;
      const text = dateText(tagged.value);
      const isFourDigits = tagged.value >= 0n && tagged.value < 253_402_300_800_000n;
      return row(`{"$date": ${tagged.value}}`, wrapped, text, isFourDigits ? `{"$date": ${text}}` : wrapped);
    }
    case 'objectId': {
      const hex = objectIdText(tagged.value);
      const wrapped = `{"$oid": ${hex}}`;
      return row(wrapped, wrapped, hex, wrapped);
    }
    case 'symbol': {
      const wrapped = `{"$symbol": ${quoted(tagged.value)}}`;
      return row(wrapped, wrapped, quoted(tagged.value), wrapped);
    }
    case 'code':
      return `{"$code": ${quoted(tagged.value)}}`;
    case 'codeWithScope':
      return `{"$code": ${quoted(tagged.code)}, "$scope": ${referenceJson(tagged.scope, formatter)}}`;
    case 'binary': {
      const data = `"${Buffer.from(tagged.value).toString('base64')}"`;
      const subtype = tagged.subtype.toString(16).toUpperCase().padStart(2, '0');
      const wrapped = `{"$binary": {"base64": ${data}, "subType": "${subtype}"}}`;
      return row(`{"$binary": ${data}, "$type": "${subtype}"}`, wrapped, data, wrapped);
    }
    case 'regex': {
      const [pattern, options] = [quoted(tagged.pattern), quoted([...tagged.options].sort().join(''))];
      const wrapped = `{"$regularExpression": {"pattern": ${pattern}, "options": ${options}}}`;
      return row(`{"$regex": ${pattern}, "$options": ${options}}`, wrapped, wrapped, wrapped);
    }
    case 'dbPointer': {
      const id = objectIdText(tagged.id);
      const wrapped = `"$ref": ${quoted(tagged.namespace)}, "$id": {"$oid": ${id}}`;
      const bare = `{"$ref": ${quoted(tagged.namespace)}, "$id": ${id}}`;
      return row(`{${wrapped}}`, `{"$dbPointer": {${wrapped}}}`, bare, `{${wrapped}}`);
    }
  }
}

const objectIdText = (bytes: Uint8Array) => `"${Buffer.from(bytes).toString('hex')}"`;

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const RAW = /^(?:\p{Lu}|\p{Ll}|\p{Lt}|\p{Lo}|\p{Nd}|\p{Nl}|\p{No}|\p{Zs}|\p{P}|\p{Sm}|\p{Sc}|\p{Sk}|\p{So})$/u;

function quoted(text: string): string {
  const units = text.split('').map((unit) => {
    if (SHORT[unit] !== undefined) return SHORT[unit];
    // half of a pair is a surrogate, which is in no category of letters
    return RAW.test(unit) ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${units.join('')}"`;
}

/** Years that JavaScript knows, by its own calendar; the others 400 years at a time, where the calendar repeats. */
function dateText(milliseconds: bigint): string {
  const era = 146_097n * 86_400_000n;
  const eras = (((milliseconds % era) + era) % era) - milliseconds;
  const shift = Number(-eras / era) * 400;
  const [date = '', time = ''] = new Date(Number(milliseconds + eras)).toISOString().split('T');
  const [year, month, day] = date.split('-').map(Number);
  const full = (year ?? 0) + shift;
  const digits = String(Math.abs(full)).padStart(4, '0');
  const sign = full < 0 ? '-' : full > 9999 ? '+' : '';
  const monthDay = [month, day].map((part) => String(part).padStart(2, '0')).join('-');
  const clock = time
    .replace('Z', '')
    .replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') ? '' : zeros.replace(/0+$/, '')));
  return `"${sign}${digits}-${monthDay}T${clock.length < 8 ? clock.padEnd(8, '0') : clock}Z"`;
}
