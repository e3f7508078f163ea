/** Sizes of the copy; judgements that a test makes smaller. */
export type CopyLimits = {
  /** Documents of the first ranges of a namespace. */
  readonly rangeDocuments: number;
  /** Most documents of a reply; with long documents 16 MB are the end of it. */
  readonly replyDocuments: number;
  /** A turn of copying ends after so much time or so many bytes, and the change stream catches up. */
  readonly turnMs: number;
  readonly turnBytes: number;
  /** So much may be handed over before its progress has to be stored: less than a range. */
  readonly unstoredDocuments: number;
  readonly unstoredBytes: number;
};

export const COPY_LIMITS: CopyLimits = {
  // a good second of work, and two dozen commands for a million documents
  rangeDocuments: 25_000,
  // some megabytes of ordinary documents
  replyDocuments: 2_000,
  // small beside the shortest oplog that anybody would run with, long beside what opening a stream costs
  turnMs: 30_000,
  turnBytes: 1024 ** 3,
  unstoredDocuments: 20_000,
  unstoredBytes: 32 * 1024 ** 2,
};
