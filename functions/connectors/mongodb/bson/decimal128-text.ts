const EXPONENT_BIAS = 6176;
const MAX_COEFFICIENT = 10n ** 34n - 1n;

/** The canonical text of a decimal128. Source: MongoDB's specification "BSON Decimal128", "To String Representation". */
export function decimal128Text(bytes: Buffer, at: number): string {
  const high = bytes.readBigUInt64LE(at + 8);
  const sign = high >> 63n === 1n ? '-' : '';
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) return 'NaN';
  if (combination === 0x1e) return `${sign}Infinity`;
  // with the two highest bits set the coefficient would need 114 bits: beyond 34 digits, so it counts as zero
  const isLarge = combination >> 3 === 3;
  const exponent = Number(isLarge ? (high >> 47n) & 0x3fffn : (high >> 49n) & 0x3fffn) - EXPONENT_BIAS;
  const coefficient = isLarge ? 0n : ((high & 0x1_ffff_ffff_ffffn) << 64n) | bytes.readBigUInt64LE(at);
  return sign + toScientific(coefficient > MAX_COEFFICIENT ? 0n : coefficient, exponent);
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
