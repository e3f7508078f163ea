import type { DecimalValue } from '../records.ts';

/** Java's `new BigDecimal(text)` of a JSON number. */
export function decimalOf(text: string): DecimalValue {
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  return { unscaled: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
}

/** Java's `BigDecimal.toString`: plain where the exponent is near, else one digit before the point and `E`. */
export function decimalText({ unscaled, scale }: DecimalValue): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale === 0) return sign + digits;
  const exponent = digits.length - 1 - scale;
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const point = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`;
  return `${sign}${digits[0]}${point}${power}`;
}

/** What Java's `BigDecimal.toBigInteger` leaves modulo 2^64: all that a conversion to a long or an int looks at. */
export function wholeOf({ unscaled, scale }: DecimalValue): bigint {
  if (scale <= 0) return scale <= -64 ? 0n : unscaled * 10n ** BigInt(-scale);
  // a number of that many digits is below one
  return scale > String(unscaled).length ? 0n : unscaled / 10n ** BigInt(scale);
}

/** Java's `BigInteger.toByteArray`: two's complement, big-endian, as short as can be. */
export function toTwosComplement(value: bigint): Buffer {
  const magnitude = (value < 0n ? ~value : value).toString(2).length;
  const isZero = value === 0n || value === -1n;
  const length = isZero ? 1 : Math.floor(magnitude / 8) + 1;
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  );
}

/** Java's `new BigInteger(bytes)`; `bytes` must not be empty. */
export function fromTwosComplement(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}
