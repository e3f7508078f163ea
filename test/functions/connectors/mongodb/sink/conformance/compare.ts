import { expect } from 'vitest';
import { elementsOf } from '../../../../../../functions/connectors/mongodb/bson/elements.ts';
import type { Case, ExpectedBatch, Model } from './case-file.ts';
import { expectSame, matches, type Names } from './matches.ts';
import { hexOf } from './to-model.ts';

export type OurBatch = { readonly namespace: string; readonly ordered: boolean; readonly models: readonly Model[] };

/**
 * Per namespace, all models joined: where one bulk write ends counts only where a case limits their size. One put's
 * writes to a namespace keep the order of their records here, so they are compared as lists.
 */
export function expectBatches(ours: readonly OurBatch[], theirs: readonly ExpectedBatch[], vector: Case): void {
  const names: Names = new Map();
  const isLimited = 'max.batch.size' in vector.props || 'rate.limiting.timeout' in vector.props;
  const namespaces = [...new Set([...ours, ...theirs].map(({ namespace }) => namespace))].sort();
  for (const namespace of namespaces) {
    const [own, wanted] = [ours, theirs].map((batches) => batches.filter((batch) => batch.namespace === namespace));
    if (isLimited) {
      expect(own!.map(({ models }) => models.length)).toEqual(wanted!.map(({ models }) => models.length));
    }
    const models = own!.flatMap((batch) => batch.models);
    const expected = wanted!.flatMap((batch) => batch.models).filter(isEncodable);
    expectModels(models, expected, vector, names);
    const modes = (batches: readonly { ordered?: boolean }[]) => [...new Set(batches.map(({ ordered }) => ordered))];
    if (expected.length > 0) expect(modes(own!)).toEqual(modes(wanted!));
  }
}

/** The same models in the same order; `names`: what placeholders stood for so far. */
export function expectModels(
  ours: readonly Model[],
  theirs: readonly Model[],
  vector: Case,
  names: Names = new Map(),
): void {
  expect(ours).toHaveLength(theirs.length);
  const isOrdered = vector.unordered !== true;
  for (const [index, model] of theirs.entries()) {
    const own = withoutAddedId(ours[index]!, model);
    expectSame(isSameModel(own, model, names, isOrdered), own, model);
  }
}

/** The peer's driver adds the `_id` of an insert that has none while it sends it; here it is there before. */
function withoutAddedId(ours: Model, theirs: Model): Model {
  const [document, wanted] = [ours.document, theirs.document] as (Record<string, unknown> | undefined)[];
  if (!document || !wanted || '_id' in wanted || Object.keys(document)[0] !== '_id') return ours;
  const { _id, ...rest } = document;
  return { ...ours, document: rest };
}

/** Names with a dollar that a document may have: those of a DBRef; and how a case writes bytes. */
const WRITABLE = new Set(['$ref', '$id', '$db', '$bson']);

/** A model that no driver sends is in a batch of the peer; here its record is rejected before. */
export function isEncodable({ op, error, update, replacement }: Model): boolean {
  if (error !== undefined) return false;
  const names = Object.keys(Object(op === 'replaceOne' ? replacement : update));
  if (op === 'replaceOne') return names.every((name) => !name.startsWith('$') || WRITABLE.has(name));
  return op !== 'updateOne' || Array.isArray(update) || names[0]?.startsWith('$') === true;
}

function isSameModel(ours: Model, theirs: Model, names: Names, isOrdered: boolean): boolean {
  return (
    Object.keys(ours).length === Object.keys(theirs).length &&
    Object.entries(theirs).every(([part, value]) => {
      const hex = (value as { $bson?: string } | null)?.$bson;
      if (hex === undefined) return matches(ours[part], value, names, isOrdered);
      return isHex(hex) && bytesOf(hexOf(ours[part])!, isOrdered) === bytesOf(hex, isOrdered);
    })
  );
}

const isHex = (text: string): boolean => /^(?:[0-9a-f]{2})*$/.test(text);

/** What two documents of the same bytes have in common, in any order of their fields where that doesn't matter. */
const bytesOf = (hex: string, isOrdered: boolean): string =>
  isOrdered
    ? hex
    : elementsOf(Buffer.from(hex, 'hex'))
        .map(({ bytes }) => Buffer.from(bytes).toString('hex'))
        .sort()
        .join();
