const CHUNK_BYTES = 256 * 1024;

/**
 * Memory into which texts are written one after another; each is handed out as a view, never copied.
 *
 * A chunk is never written again where a text was taken from, so views stay valid; it is freed with its last view.
 */
export class OutputBuffer {
  /** Current chunk: writers put bytes at `at` after `reserve`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  at = 0;
  #start = 0;

  /** Makes room for `count` more bytes; `bytes` may be another buffer afterwards. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const written = this.at - this.#start;
    const larger = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, (written + count) * 2));
    this.bytes.copy(larger, 0, this.#start, this.at);
    this.bytes = larger;
    this.#start = 0;
    this.at = written;
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

  /** Two bytes: the signs between names and values. */
  pair(first: number, second: number): void {
    this.reserve(2);
    this.bytes[this.at++] = first;
    this.bytes[this.at++] = second;
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
