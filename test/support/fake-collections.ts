import { BSON, type Document } from 'mongodb';
import { type Element, elementsOf } from '../../functions/connectors/mongodb/bson/elements.ts';
import type { RawReply } from '../../functions/connectors/mongodb/source/stream-connection.ts';
import { compareValues, idOf, isSameBracket } from './bson-order.ts';
import { rawArray, rawDocument, rawElement, rawReply, rawString } from './raw-bson.ts';

/** Documents by namespace (`db.coll`); what is read is read when a reply is asked for. */
export type FakeCollections = {
  read(namespace: string): readonly Buffer[];
  /** In the order in which they are listed. */
  readonly namespaces: () => readonly { readonly name: string; readonly type?: 'collection' | 'view' }[];
};

/**
 * Answers what a copy asks for: lists, keys of the index, and the copying aggregation with the stages of the copy
 * itself. Stages of a user are passed over. Conditions are taken apart as the server would: each stays in its type.
 */
export function answersOf(collections: FakeCollections) {
  const cursors = new Map<bigint, { namespace: string; ids: Element[]; pipeline: Document[] }>();
  let lastCursor = 1_000n;

  function found(namespace: string, filter: Document, direction: 1 | -1): Buffer[] {
    const documents = collections.read(namespace).filter((document) => matches(idOrNull(document), filter));
    return documents.sort((a, b) => direction * compareValues(idOrNull(a), idOrNull(b)));
  }

  function nextBatch(id: bigint, batchSize: number, batch: 'firstBatch' | 'nextBatch'): RawReply {
    const cursor = cursors.get(id);
    if (!cursor) throw new Error('Expected an open cursor');
    const { ids, namespace, pipeline } = cursor;
    const taken = ids.splice(0, batchSize);
    const now = new Map(collections.read(namespace).map((document) => [keyOf(idOrNull(document)), document]));
    // what was deleted meanwhile is not found any more
    const documents = taken.flatMap((taken) => now.get(keyOf(taken)) ?? []).map((each) => toEvent(each, pipeline));
    if (ids.length === 0) cursors.delete(id);
    return rawReply({ batch, documents, id: ids.length === 0 ? 0n : id, ns: namespace });
  }

  return function answer(database: string, command: Document): RawReply | undefined {
    if ('hello' in command) return { ok: 1 };
    if ('listDatabases' in command) {
      const names = new Set(collections.namespaces().map(({ name }) => name.split('.', 1)[0] ?? ''));
      return { ok: 1, databases: rawArray([...names].map((name) => namedDocument({ name }))) };
    }
    if ('listCollections' in command) {
      const wanted = collections
        .namespaces()
        .filter(({ name }) => name.startsWith(`${database}.`))
        .map(({ name, type = 'collection' }) => ({ name: name.slice(database.length + 1), type }))
        .filter(({ name }) => command.filter === undefined || command.filter.name === name);
      return rawReply({ batch: 'firstBatch', documents: wanted.map(namedDocument), id: 0n });
    }
    if ('find' in command) {
      const { filter, find, skip, sort } = command;
      const key = found(`${database}.${find}`, filter, sort._id)[skip];
      const documents = key ? [rawDocument([Buffer.from(idOrNull(key).bytes)])] : [];
      return rawReply({ batch: 'firstBatch', documents, id: 0n });
    }
    if ('aggregate' in command && !command.pipeline[0]?.$changeStream) {
      const namespace = `${database}.${command.aggregate}`;
      const [first] = command.pipeline as Document[];
      const isRange = first?.$match?._id !== undefined;
      const isSorted = command.pipeline.some((stage: Document) => stage.$sort?._id === 1);
      const documents = isSorted || isRange ? found(namespace, first?.$match ?? {}, 1) : collections.read(namespace);
      const id = ++lastCursor;
      cursors.set(id, { namespace, ids: documents.map(idOrNull), pipeline: command.pipeline });
      return nextBatch(id, command.cursor.batchSize, 'firstBatch');
    }
    if ('getMore' in command && cursors.has(command.getMore.toBigInt())) {
      return nextBatch(command.getMore.toBigInt(), command.batchSize, 'nextBatch');
    }
    return undefined;
  };
}

const keyOf = ({ value, type }: Element): string => `${type} ${Buffer.from(value).toString('hex')}`;

/** A document without an `_id` counts as one whose `_id` is null. */
function idOrNull(document: Buffer): Element {
  const hasId = elementsOf(document).some(({ name }) => name === '_id');
  return idOf(hasId ? document : rawDocument([rawElement(0x0a, '_id', Buffer.alloc(0))]));
}

const namedDocument = (fields: Readonly<Record<string, string>>): Buffer =>
  rawDocument(Object.entries(fields).map(([name, text]) => rawElement(2, name, rawString(text))));

/** Whether a server would find an `_id` by a condition on it. */
export function matches(id: Element, filter: Document): boolean {
  if (!('_id' in filter)) return true;
  const condition: unknown = filter._id;
  const isOperators =
    typeof condition === 'object' &&
    condition !== null &&
    Object.keys(condition).length > 0 &&
    Object.keys(condition).every((name) => name.startsWith('$'));
  if (!isOperators) return compareValues(id, valueElement(condition)) === 0;
  return Object.entries(condition).every(([operator, operand]) => {
    if (operator === '$type') return id.type === 0x0c || id.type === 0x0f;
    const bound = valueElement(operand);
    if (!isSameBracket(id, bound)) return false;
    const order = compareValues(id, bound);
    if (operator === '$gte') return order >= 0;
    if (operator === '$gt') return order > 0;
    if (operator === '$lte') return order <= 0;
    if (operator === '$lt') return order < 0;
    throw new TypeError(`Unexpected ${operator}`);
  });
}

const valueElement = (value: unknown): Element => idOf(BSON.serialize({ _id: value }, { ignoreUndefined: false }));

/** The event of the peer's own stages; `ns` under its stand-in, last. */
function toEvent(document: Buffer, pipeline: readonly Document[]): Buffer {
  const { ns } = pipeline.find((stage) => stage.$replaceRoot)?.$replaceRoot.newRoot ?? {};
  const id = Buffer.from(idOrNull(document).bytes);
  const copying = rawElement(8, 'copyingData', Buffer.of(1));
  return rawDocument([
    rawElement(3, '_id', rawDocument([id, copying])),
    rawElement(2, 'operationType', rawString('insert')),
    rawElement(3, 'documentKey', rawDocument([id])),
    rawElement(3, 'fullDocument', document),
    rawElement(3, '__', namedDocument(ns)),
  ]);
}
