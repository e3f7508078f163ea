/** Where many small parts lie one behind another; the next one goes to `at`. `view` is of the same bytes. */
export type Piece = { bytes: Buffer; view: DataView; at: number };

/** Memory for the many small parts of one put. */
export type PutMemory = {
  /**
   * A piece with room for so many bytes behind what is in it, which stays as it is. Nothing else may be opened before they
   * are written. What was written before an error does no harm.
   */
  open(count: number): Piece;
  /** Nobody holds any part any more: other puts may write over them. */
  giveBack(): void;
};

/** Large enough to cost nothing and small enough to be kept. */
const PIECE_BYTES = 256 * 1024;
/** From here on a part has an allocation of its own, so that no small one keeps much memory alive. */
const LARGE_BYTES = PIECE_BYTES / 4;
/** 8 MiB: as much as the largest invocation decodes and writes. */
const MOST_SPARE = 32;

const spare: Piece[] = [];

/**
 * Lends memory to a put. Pieces are used by one put after another where they are given back: new ones for each cost more
 * than what is written into them, for the system clears them and the garbage collector runs for their sake. Those of a put
 * whose end is not certain are not given back, and freed with the last part.
 */
export function lendMemory(): PutMemory {
  const lent: Piece[] = [];
  let current: Piece | undefined;
  return {
    open(count) {
      if (count > LARGE_BYTES) return pieceOf(count);
      if (!current || current.at + count > current.bytes.length) {
        current = spare.pop() ?? pieceOf(PIECE_BYTES);
        current.at = 0;
        lent.push(current);
      }
      return current;
    },
    giveBack() {
      current = undefined;
      // who wrote more than was said has made a piece larger
      const same = lent.splice(0).filter(({ bytes }) => bytes.length === PIECE_BYTES);
      spare.push(...same.slice(0, MOST_SPARE - spare.length));
    },
  };
}

function pieceOf(count: number): Piece {
  const bytes = Buffer.allocUnsafeSlow(count);
  return { bytes, view: new DataView(bytes.buffer), at: 0 };
}
