/**
 * A double as Java's `Double.toString` writes it since JDK 19: the fewest digits that read back to it, at least one
 * after the point, and `E` notation below 1e-3 and from 1e7 on; with a `+` before positive exponents, as MongoDB's
 * Java driver adds it.
 */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = ''] = shortest(value).split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`;
}

/** Where one digit would do, Java takes the closest number of two digits: 4.9E-324, not 5.0E-324. */
function shortest(value: number): string {
  const text = value.toExponential();
  if (text.includes('.')) return text;
  const two = value.toExponential(1);
  return Number(two) === value ? two : text;
}
