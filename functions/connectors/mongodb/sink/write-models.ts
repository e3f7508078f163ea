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
