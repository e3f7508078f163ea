import { BSON, type Collection, type Document } from 'mongodb';

export type Comparison = {
  readonly source: number;
  readonly sink: number;
  /** `_id`s of documents that are missing, extra, or differ in a value, a BSON type or the order of fields. */
  readonly different: readonly string[];
};

/** Compares two collections document by document, by the bytes that the server sends. */
export async function compareCollections(source: Collection, sink: Collection): Promise<Comparison> {
  const [expected, got] = await Promise.all([rawById(source), rawById(sink)]);
  const different = new Set<string>();
  for (const [id, bytes] of expected) if (!got.get(id)?.equals(bytes)) different.add(id);
  for (const id of got.keys()) if (!expected.has(id)) different.add(id);
  return { source: expected.size, sink: got.size, different: [...different] };
}

async function rawById(collection: Collection): Promise<Map<string, Buffer>> {
  const documents = collection.find({}, { raw: true }) as unknown as AsyncIterable<Buffer>;
  const byId = new Map<string, Buffer>();
  for await (const bytes of documents) byId.set(idOf(bytes), bytes);
  return byId;
}

/** Unique per value and BSON type. */
const idOf = (bytes: Buffer): string => {
  const { _id } = BSON.deserialize(bytes, { promoteValues: false }) as Document;
  return BSON.EJSON.stringify(_id, { relaxed: false });
};
