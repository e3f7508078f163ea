/**
 * A part of the driver that its types leave out: the section of a message that takes documents as ready BSON bytes.
 * The driver's version is pinned exactly, and a test writes through it.
 */
declare module 'mongodb/lib/cmap/commands.js' {
  export class DocumentSequence {
    constructor(field: string);
    /** `document` is only shown to command monitoring; `bytes` are sent. Returns the length so far. */
    push(document: unknown, bytes: Uint8Array): number;
    /** The head of the section and the bytes of its documents. */
    readonly chunks: readonly Uint8Array[];
    /** The whole section, which the driver copies into its message before it does anything else. */
    toBin: () => Uint8Array;
  }
}
