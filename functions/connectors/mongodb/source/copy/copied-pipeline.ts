import type { Document } from 'mongodb';
import type { Namespace } from '../namespace-map.ts';
import { withoutSplitStage } from '../split-events.ts';

/**
 * What a copying pipeline lets be done with its collection.
 *
 * | kind | its stages | ranges of `_id` | how far it is, from |
 * | --- | --- | --- | --- |
 * | ids | one document in, at most one out, `_id` untouched | yes | the last event of a reply |
 * | documents | look at one document at a time | yes | the end of a slice |
 * | whole | `$group`, `$limit`, `$sort` and all that is not known | no | its own end |
 */
export type PipelineKind = 'ids' | 'documents' | 'whole';

/** The synthetic insert event of the peer, after the stages of the copy and before those of the change stream. */
export function toCopiedPipeline(
  namespace: Namespace,
  shardKey: readonly string[],
  copyPipeline: readonly Document[],
  streamPipeline: readonly Document[],
): Document[] {
  const { database, collection } = namespace;
  const event = {
    _id: { _id: '$_id', copyingData: true },
    operationType: 'insert',
    ns: { db: literal(database), coll: literal(collection) },
    documentKey: toDocumentKey(shardKey),
    fullDocument: '$$ROOT',
  };
  return [
    ...copyPipeline,
    { $replaceRoot: { newRoot: event } },
    ...withoutSplitStage(streamPipeline),
    // a stage of the change stream may have moved `ns`; it comes last, under a name that `ns` is put in place of
    { $addFields: { [NS_STAND_IN]: '$ns' } },
    { $project: { ns: 0 } },
  ];
}

/** As long as `ns`, so that the bytes of a name are all that changes. */
export const NS_STAND_IN = '__';

const literal = (name: string): unknown => (name.startsWith('$') ? { $literal: name } : name);

/** The fields of the shard key, then `_id`: as the server makes the documentKey of a change event. */
function toDocumentKey(shardKey: readonly string[]): Document {
  const fields = shardKey.includes('_id') ? shardKey : [...shardKey, '_id'];
  if (!fields.some((field) => field.includes('.'))) {
    return Object.fromEntries(fields.map((field) => [field, `$${field}`]));
  }
  // an expression names no field with a dot, and a field that a document does not have is left out
  const input = fields.map((field) => ({ k: field, v: `$${field}` }));
  return {
    $arrayToObject: { $filter: { input, as: 'field', cond: { $ne: [{ $type: '$$field.v' }, 'missing'] } } },
  };
}

/** What both pipelines together let be done. */
export function kindOf(copyPipeline: readonly Document[], streamPipeline: readonly Document[]): PipelineKind {
  const stages = [...copyPipeline, ...withoutSplitStage(streamPipeline)];
  if (!stages.every(isPerDocument)) return 'whole';
  return stages.every(keepsId) ? 'ids' : 'documents';
}

/** Of one document they make the same, whichever others are there. Those that have to be the first stage are not among them. */
const PER_DOCUMENT = new Set([
  '$match',
  '$addFields',
  '$set',
  '$unset',
  '$project',
  '$replaceRoot',
  '$replaceWith',
  '$redact',
  '$lookup',
  '$graphLookup',
  '$unwind',
]);
/** Conditions that a stage in front of them would take their index from. */
const FIRST_STAGE_ONLY = /"\$(?:text|near|nearSphere)":/;

function isPerDocument(stage: Document): boolean {
  const [name = ''] = Object.keys(stage);
  if (name === '$match') return !FIRST_STAGE_ONLY.test(JSON.stringify(stage));
  return PER_DOCUMENT.has(name);
}

function keepsId(stage: Document): boolean {
  const [name = '', body] = Object.entries(stage)[0] ?? [];
  if (name === '$match') return true;
  if (name === '$lookup' || name === '$graphLookup') return !isId(String(body?.as));
  if (name === '$unset') return [body].flat().every((field) => !isId(String(field)));
  if (name === '$addFields' || name === '$set' || name === '$project') return !Object.keys(body ?? {}).some(isId);
  return false;
}

const isId = (path: string): boolean => path === '_id' || path.startsWith('_id.');
