/** BSON put together byte by byte, so that a test's documents are exactly what it says. */
export function rawDocument(elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  body.writeInt32LE(body.length, 0);
  return body;
}

export const rawElement = (type: number, name: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`), value]);

export function rawInt64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

export function rawString(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(Buffer.byteLength(text) + 1);
  return Buffer.concat([bytes, Buffer.from(`${text}\0`)]);
}

export const rawArray = (documents: readonly Buffer[]): Buffer =>
  rawDocument(documents.map((document, index) => rawElement(3, String(index), document)));

/** A reply with a cursor, as the driver gives it where it was asked for raw ones. */
export function rawReply(facts: {
  readonly batch: 'firstBatch' | 'nextBatch';
  readonly documents: readonly Buffer[];
  readonly id: bigint;
  readonly token?: Buffer | undefined;
  readonly ns?: string;
}): { ok: number; cursor: Buffer } {
  const { batch, documents, id, ns = 'shop.orders', token } = facts;
  const cursor = rawDocument([
    rawElement(4, batch, rawArray(documents)),
    ...(token ? [rawElement(3, 'postBatchResumeToken', token)] : []),
    rawElement(18, 'id', rawInt64(id)),
    rawElement(2, 'ns', rawString(ns)),
  ]);
  return { ok: 1, cursor };
}
