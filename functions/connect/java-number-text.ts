/**
 * A double as Java's `Double.toString` writes it since JDK 19: the fewest digits that read back to it, at least one
 * after the point, and `E` notation below 1e-3 and from 1e7 on.
 */
export function doubleText(value: number): string {
  return specialText(value) ?? (isPlain(value) ? withPoint(String(value)) : inExponents(shortestDouble(value)));
}

/** A float as Java's `Float.toString` writes it: as a double, but with the digits that a float needs. */
export function floatText(value: number): string {
  const float = Math.fround(value);
  const special = specialText(float);
  if (special !== undefined) return special;
  const shortest = shortestFloat(float);
  return isPlain(float) ? withPoint(String(Number(shortest))) : inExponents(shortest);
}

function specialText(value: number): string | undefined {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  // NaN, Infinity and -Infinity are the same words in Java
  return Number.isFinite(value) ? undefined : String(value);
}

function isPlain(value: number): boolean {
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e7;
}

const withPoint = (digits: string): string => (digits.includes('.') ? digits : `${digits}.0`);

/** From `1.5e+20` to `1.5E20`. */
function inExponents(scientific: string): string {
  const [digits = '', exponent = ''] = scientific.split('e');
  return `${withPoint(digits)}E${exponent.replace('+', '')}`;
}

/** Where one digit would do, Java takes the closest number of two digits: 4.9E-324, not 5.0E-324. */
function shortestDouble(value: number): string {
  const text = value.toExponential();
  if (text.includes('.')) return text;
  const two = value.toExponential(1);
  return Number(two) === value ? two : text;
}

/** Nine digits tell all floats apart. */
function shortestFloat(value: number): string {
  for (let digits = 2; digits < 9; digits++) {
    const text = value.toExponential(digits - 1);
    if (Math.fround(Number(text)) === value) return text.replace(/\.?0+e/, 'e');
  }
  return value.toExponential(8);
}
