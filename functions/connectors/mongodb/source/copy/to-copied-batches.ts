import type { SourceBatch, SourceItem } from '../../../../connect/connector.ts';
import type { Log } from '../../../../connect/log.ts';
import type { Header } from '../../../../connect/records.ts';
import type { SourceConfig } from '../properties.ts';
import { createRecordMaker, type Made, toBatchOf } from '../to-records.ts';
import { nameOf } from './range.ts';
import type { Piece } from './read-range.ts';

/** Where the change stream is meanwhile. */
export type StreamPlace = Pick<SourceBatch, 'offset' | 'clusterTimeSeconds' | 'lastEvents'>;

/** Makes the batches of a piece; `items` become safe to store with the last of them. */
export type ToCopiedBatches = (
  piece: Piece,
  items: readonly SourceItem[],
  place: StreamPlace,
) => Generator<SourceBatch>;

/**
 * Copied events go the way of all change events. Their batches have the offset of the change stream, which does not
 * move: how far the copy is, its items say.
 */
export function createToCopiedBatches(
  config: SourceConfig,
  headers: readonly Header[] | undefined,
  log: Log,
): ToCopiedBatches {
  let namespace = '';
  const withoutTopic = new Set<string>();
  const { begin, add } = createRecordMaker(config, {
    log,
    fieldsOf: () => ({ namespace }),
    onNoTopic() {
      // it is the same with all documents
      if (!withoutTopic.has(namespace)) {
        log.warn(
          'Copied documents name no database, so they have no topic and are left out; see the stages of pipeline',
          {
            namespace,
          },
        );
      }
      withoutTopic.add(namespace);
    },
  });

  function toBatch(made: Made, place: StreamPlace): SourceBatch {
    const { records, ...origins } = toBatchOf(made);
    return {
      ...origins,
      records: headers ? records.map((record) => ({ ...record, headers })) : records,
      ...place,
      phase: 'copying',
    };
  }

  return function* toCopiedBatches({ events, range }, items, place) {
    for (let from = 0; from < events.length || from === 0; from += config.pollMaxBatchSize) {
      namespace = nameOf(range.namespace);
      const made = begin();
      try {
        for (const event of events.slice(from, from + config.pollMaxBatchSize)) add(event, made);
      } catch (error) {
        if (made.records.length > 0) yield toBatch(made, place);
        throw error;
      }
      const isLast = from + config.pollMaxBatchSize >= events.length;
      yield { ...toBatch(made, place), ...(isLast && { items }) };
    }
  };
}
