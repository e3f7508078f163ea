const EXPONENT_BIAS = 6176;
const MAX_COEFFICIENT = 10n ** 34n - 1n;

/** A decimal128 taken apart: `coefficient` × 10^`exponent`, with its sign beside it since zero has one too. */
export type Decimal128Parts =
  | { readonly kind: 'number'; readonly isNegative: boolean; readonly coefficient: bigint; readonly exponent: number }
  | { readonly kind: 'infinity'; readonly isNegative: boolean }
  | { readonly kind: 'nan' };

/** Reads the decimal128 that begins at `at`. Source: IEEE 754-2008, binary integer decimal encoding. */
export function decimal128Parts(bytes: Buffer, at: number): Decimal128Parts {
  const high = bytes.readBigUInt64LE(at + 8);
  const isNegative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) return { kind: 'nan' };
  if (combination === 0x1e) return { kind: 'infinity', isNegative };
  // with the two highest bits set the coefficient would need 114 bits: beyond 34 digits, so it counts as zero
  const isLarge = combination >> 3 === 3;
  const exponent = Number(isLarge ? (high >> 47n) & 0x3fffn : (high >> 49n) & 0x3fffn) - EXPONENT_BIAS;
  const coefficient = isLarge ? 0n : ((high & 0x1_ffff_ffff_ffffn) << 64n) | bytes.readBigUInt64LE(at);
  return { kind: 'number', isNegative, coefficient: coefficient > MAX_COEFFICIENT ? 0n : coefficient, exponent };
}
