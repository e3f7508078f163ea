import type { IdOptions, IdSource } from '../id-strategies.ts';
import type { WriteModel } from '../write-models.ts';
import type { UpdateDescription } from './update-description.ts';

/** An update that is told by what it changed; `write-of.ts` finds the words that the server takes. */
export type DescribedUpdate = {
  readonly op: 'described';
  readonly filter: Uint8Array;
  readonly description: UpdateDescription;
  readonly upsert: boolean;
};

/** An event that changes no document, such as the drop of a collection: left out, and said so. */
export type Ignored = { readonly op: 'ignored'; readonly event: string };

/** What a record of change data capture stands for; nothing for a tombstone. */
export type CdcWrite = WriteModel | DescribedUpdate | Ignored | undefined;

/**
 * Reads one record of somebody else's change data capture.
 *
 * Throws DataError where the record can't be applied as it is: what is unclear is never left out in silence.
 */
export type CdcHandler = (source: IdSource, ids: IdOptions) => CdcWrite;
