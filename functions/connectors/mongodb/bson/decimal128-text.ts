import { decimal128Parts } from './decimal128-parts.ts';

/** The canonical text of a decimal128. Source: MongoDB's specification "BSON Decimal128", "To String Representation". */
export function decimal128Text(bytes: Buffer, at: number): string {
  const parts = decimal128Parts(bytes, at);
  if (parts.kind === 'nan') return 'NaN';
  const sign = parts.isNegative ? '-' : '';
  return sign + (parts.kind === 'infinity' ? 'Infinity' : toScientific(parts.coefficient, parts.exponent));
}

function toScientific(coefficient: bigint, exponent: number): string {
  const digits = String(coefficient);
  const adjusted = exponent + digits.length - 1;
  if (exponent > 0 || adjusted < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`;
  }
  if (exponent === 0) return digits;
  const point = digits.length + exponent;
  return point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${'0'.repeat(-point)}${digits}`;
}
