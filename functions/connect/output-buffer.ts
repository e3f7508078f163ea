const CHUNK_BYTES = 256 * 1024;
/** Chunks that wait for the next texts; a batch with more than so many bytes is rare. */
const MOST_SPARE = 16;

/**
 * Memory into which texts are written one after another; each is handed out as a view, never copied.
 *
 * A chunk is never written again where a text was taken from, so views stay valid, until `reuse` says that all of them
 * are done with. A chunk whose views are only dropped is freed with the last of them.
 */
export class OutputBuffer {
  /** Current chunk: writers put bytes at `at` after `reserve`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  /** The same memory, for who writes several bytes at once. */
  words: DataView = new DataView(this.bytes.buffer);
  at = 0;
  #start = 0;
  /** Chunks that texts were taken from since the last `reuse`; kept only where that is called at all. */
  #used: Buffer[] | undefined;
  readonly #spare: Buffer[] = [];

  /** Makes room for `count` more bytes; `bytes` may be another buffer afterwards. */
  reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.#next(count);
  }

  #next(count: number): void {
    const written = this.at - this.#start;
    const larger = this.#chunkOf(written + count);
    this.bytes.copy(larger, 0, this.#start, this.at);
    if (this.bytes.length === CHUNK_BYTES && this.#used && this.#used.length < MOST_SPARE) this.#used.push(this.bytes);
    this.#goOnIn(larger);
    this.#start = 0;
    this.at = written;
  }

  #goOnIn(chunk: Buffer): void {
    this.bytes = chunk;
    this.words = new DataView(chunk.buffer);
  }

  #chunkOf(count: number): Buffer {
    if (count > CHUNK_BYTES) return Buffer.allocUnsafeSlow(count * 2);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  /** All that was taken is done with: what it was written into is written over. */
  reuse(): void {
    this.#spare.push(...(this.#used ?? []).slice(0, MOST_SPARE - this.#spare.length));
    this.#used = [];
    this.bytes.copyWithin(0, this.#start, this.at);
    this.at -= this.#start;
    this.#start = 0;
    // one large text was enough to need it
    if (this.at === 0 && this.bytes.length > CHUNK_BYTES) this.#goOnIn(this.#chunkOf(0));
  }

  /** What was written since the last `take`. */
  take(): Buffer {
    const taken = this.bytes.subarray(this.#start, this.at);
    this.#start = this.at;
    return taken;
  }

  /** The same as a JavaScript text; its bytes are written over. */
  takeText(): string {
    const text = this.bytes.toString('utf8', this.#start, this.at);
    this.drop();
    return text;
  }

  /** Forgets what was written since the last `take`: a text that failed half-way. */
  drop(): void {
    this.at = this.#start;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A text that stands in nearly every record: four bytes at a time, of which the last ones are written over. */
  fixed({ length, words }: FixedText): void {
    this.reserve(words.length * 4);
    const to = this.words;
    let { at } = this;
    for (let word = 0; word < words.length; word += 1) {
      to.setInt32(at, words[word]!, true);
      at += 4;
    }
    this.at += length;
  }

  copy(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.at);
    this.at += source.length;
  }

  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.at = at;
  }
}

/** An ASCII text as little-endian words. */
export type FixedText = { readonly length: number; readonly words: Int32Array };

export function fixedText(text: string): FixedText {
  const words = new Int32Array(Math.ceil(text.length / 4));
  Buffer.from(words.buffer).write(text, 'latin1');
  return { length: text.length, words };
}
