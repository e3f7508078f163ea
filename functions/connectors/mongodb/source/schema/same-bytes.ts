/** Whether the bytes between are those; a loop, since names are short. */
export function isSameBytes(source: Buffer, start: number, end: number, other: Buffer): boolean {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (source[start + i] !== other[i]) return false;
  return true;
}
