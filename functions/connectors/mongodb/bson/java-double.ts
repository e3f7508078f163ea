import { doubleText } from '../../../connect/java-number-text.ts';

/** A double as MongoDB's Java driver writes it: as Java does, with a `+` before positive exponents. */
export function javaDouble(value: number): string {
  const text = doubleText(value);
  const exponent = text.indexOf('E') + 1;
  return exponent === 0 || text[exponent] === '-' ? text : `${text.slice(0, exponent)}+${text.slice(exponent)}`;
}
