/** Memory for batches. What a stored batch was in is used again: allocating it anew is what the garbage collector is paid by. */
export type BatchBuffers = {
  /** A buffer of at least so many bytes. */
  take(bytes: number): Buffer;
  /** Nobody reads or writes this one any more. */
  give(buffer: Buffer): void;
};

/** Each four times the one before, so that a lane takes at most four times the bytes that it holds; the last takes a full batch. */
const SIZES = [1, 4, 16, 64, 256, 1024].map((kibibytes) => kibibytes * 1024);
/** Of each size; most of them are in flight anyway. */
const MOST_KEPT = 8;

export function openBatchBuffers(): BatchBuffers {
  const free = new Map<number, Buffer[]>(SIZES.map((size) => [size, []]));
  return {
    take(bytes) {
      const size = SIZES.find((each) => each >= bytes) ?? bytes;
      return free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
    },
    give(buffer) {
      const kept = free.get(buffer.length);
      if (kept && kept.length < MOST_KEPT) kept.push(buffer);
    },
  };
}
