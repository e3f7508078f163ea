/**
 * Bytes of events that a reply should have at most. The server would give 16 MB of them, and three replies are held at a
 * time: one on its way, one that is worked on, one that waits for its acknowledgement. A stream at full speed hides the
 * round trips of so many.
 */
const REPLY_BYTES = 2 * 1024 * 1024;

/** How many events to ask for; 0 leaves it to the server, as long as it gave no large reply. */
export type ReplySize = {
  readonly events: number;
  note(events: readonly Uint8Array[]): void;
};

/** Events are counted before they are seen, so it goes by the size of the last ones. */
export function createReplySize(): ReplySize {
  let most = 0;
  return {
    get events() {
      return most;
    },
    note(events) {
      const bytes = events.reduce((sum, { length }) => sum + length, 0);
      if (bytes > REPLY_BYTES || (most > 0 && bytes > 0)) {
        most = Math.max(1, Math.round((REPLY_BYTES * events.length) / bytes));
      }
    },
  };
}
