/** Change events that are only looked at where their records go wrong. */
export type KeptEvents = {
  add(event: Buffer): void;
  at(place: number): Buffer | undefined;
};

/**
 * Keeps where the events are, not the events: a view of each would live until its record is acknowledged, and what lives
 * that long costs the garbage collector more than all else that is made of an event.
 */
export function keepEvents(): KeptEvents {
  const memory: ArrayBufferLike[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  return {
    add({ buffer, byteOffset, length }) {
      memory.push(buffer);
      offsets.push(byteOffset);
      lengths.push(length);
    },
    at(place) {
      const buffer = memory[place];
      return buffer && Buffer.from(buffer, offsets[place], lengths[place]);
    },
  };
}
