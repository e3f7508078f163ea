import { expect } from 'vitest';
import type { Case, ExpectedBatch, Model } from './case-file.ts';
import { matches } from './matches.ts';
import { hexOf } from './to-model.ts';

export type OurBatch = { readonly namespace: string; readonly ordered: boolean; readonly models: readonly Model[] };

/**
 * Per namespace, all models joined: where one bulk write ends counts only where a case limits their size. One put's
 * writes to a namespace keep the order of their records here, so they are compared as lists.
 */
export function expectBatches(ours: readonly OurBatch[], theirs: readonly ExpectedBatch[], { props, ...vector }: Case) {
  const names = new Map<unknown, string>();
  const isOrdered = !('unordered' in vector && vector.unordered === true);
  const isLimited = 'max.batch.size' in props;
  const namespaces = [...new Set([...ours, ...theirs].map(({ namespace }) => namespace))].sort();
  for (const namespace of namespaces) {
    const [own, wanted] = [ours, theirs].map((batches) => batches.filter((batch) => batch.namespace === namespace));
    if (isLimited) {
      expect(own!.map(({ models }) => models.length)).toEqual(wanted!.map(({ models }) => models.length));
    }
    const models = own!.flatMap((batch) => batch.models);
    const expected = wanted!.flatMap((batch) => batch.models);
    expect(models).toHaveLength(expected.length);
    for (const [index, model] of expected.entries()) {
      const isSame = isSameModel(models[index]!, model, names, isOrdered);
      expect(isSame ? model : models[index]).toEqual(model);
    }
    const modes = (batches: readonly { ordered?: boolean }[]) => [...new Set(batches.map(({ ordered }) => ordered))];
    expect(modes(own!)).toEqual(modes(wanted!));
  }
}

function isSameModel(ours: Model, theirs: Model, names: Map<unknown, string>, isOrdered: boolean): boolean {
  return (
    Object.keys(ours).length === Object.keys(theirs).length &&
    Object.entries(theirs).every(([part, value]) => {
      const hex = (value as { $bson?: string } | null)?.$bson;
      return hex === undefined ? matches(ours[part], value, names, isOrdered) : hexOf(ours[part]) === hex;
    })
  );
}
