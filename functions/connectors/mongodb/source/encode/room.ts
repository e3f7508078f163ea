/** Memory that is filled from its beginning. */
export type Room = {
  readonly memory: ArrayBuffer;
  /** Copies bytes to its end, and says where they begin. */
  put(bytes: Uint8Array): number;
};

/** Fills the given memory, or larger one where that is too small. */
export function createRoom(given: ArrayBuffer): Room {
  let bytes = new Uint8Array(given);
  let at = 0;
  return {
    get memory() {
      return bytes.buffer;
    },
    put(more) {
      if (at + more.length > bytes.length) {
        const larger = new Uint8Array(Math.ceil((at + more.length) * 1.5));
        larger.set(bytes.subarray(0, at));
        bytes = larger;
      }
      bytes.set(more, at);
      at += more.length;
      return at - more.length;
    },
  };
}
