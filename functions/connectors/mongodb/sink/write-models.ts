import { fieldOf } from '../bson/elements.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { comparableOf } from './comparable.ts';

/** One write, its documents as BSON bytes. An update with stages is an aggregation pipeline. */
export type WriteModel =
  | {
      readonly op: 'replaceOne';
      readonly filter: Uint8Array;
      readonly replacement: Uint8Array;
      readonly upsert: boolean;
    }
  | {
      readonly op: 'updateOne';
      readonly filter: Uint8Array;
      /** A document of update operators, or stages. */
      readonly update: Uint8Array | readonly Uint8Array[];
      readonly upsert: boolean;
    }
  | { readonly op: 'deleteOne'; readonly filter: Uint8Array }
  | { readonly op: 'insertOne'; readonly document: Uint8Array };

export type Namespace = { readonly database: string; readonly collection: string };

export const namespaceText = ({ database, collection }: Namespace): string => `${database}.${collection}`;

/** The same text for writes that may address the same document; nothing where there is no `_id` to tell by. */
export function documentIdOf(model: WriteModel): string | undefined {
  const id = fieldOf(model.op === 'insertOne' ? model.document : model.filter, '_id');
  return id && id.type !== BSON_TYPE.undefined ? comparableOf(id.type, id.value) : undefined;
}
