import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { createOutput, type Output } from '../bson/output.ts';
import type { CdcHandler, Ignored } from './cdc/cdc-handler.ts';
import { writeOf } from './cdc/write-of.ts';
import type { IdOptions, IdSource } from './id-strategies.ts';
import { type NamespacePaths, namespaceOf } from './namespace-mapper.ts';
import type { Chain } from './post-processors/chain.ts';
import { readDocument } from './read-document.ts';
import type { Namespace, WriteModel } from './write-models.ts';

/** What is to be done with the records of one topic, its classes looked up. */
export type TopicPlan = {
  readonly fixed: Namespace;
  readonly paths: NamespacePaths | undefined;
  /** Nothing: values are documents. */
  readonly cdcHandler: CdcHandler | undefined;
  readonly removesNulls: boolean;
  readonly idOptions: IdOptions;
  /** The post processors. */
  readonly chain: Chain;
  /** Writes find their documents by other fields than `_id`. */
  readonly isByBusinessKey: boolean;
  toWrite(value: Uint8Array, source: IdSource): WriteModel;
  readonly deletesOnNull: boolean;
  toDelete(source: IdSource): WriteModel;
};

export type PlannedWrite = { readonly namespace: Namespace; readonly model: WriteModel };

/**
 * The write of one record; nothing for a no-op, and the name of an event that no write can follow. Documents of the
 * model may lie in `space`.
 *
 * @throws DataError where the record can never be written.
 */
export function planRecord(
  record: SinkRecord,
  plan: TopicPlan,
  space: Output = createOutput(1024),
): PlannedWrite | Ignored | undefined {
  const source = lazily(record, space);
  const namespace = namespaceOf(source, plan.fixed, plan.paths);
  const { cdcHandler, idOptions, removesNulls } = plan;
  const model = cdcHandler ? writeOf(cdcHandler(source, idOptions), removesNulls) : planDocument(source, plan);
  return model === undefined || model.op === 'ignored' ? model : { namespace, model };
}

/** Key and value are read once, and only if something asks: a key that nobody needs may be anything. */
function lazily(record: SinkRecord, space: Output): IdSource {
  let key: Uint8Array | typeof UNREAD | undefined = UNREAD;
  let value: Uint8Array | typeof UNREAD | undefined = UNREAD;
  return {
    record,
    key() {
      if (key === UNREAD) key = readDocument(record, 'key', space);
      return key;
    },
    value() {
      if (value === UNREAD) value = readDocument(record, 'value', space);
      return value;
    },
  };
}

const UNREAD = 'unread';

function planDocument(source: IdSource, plan: TopicPlan): WriteModel {
  const { record } = source;
  const isAbsent = (data: unknown) => data === null || data === undefined;
  if (isAbsent(record.key) && isAbsent(record.value))
    throw refuse('neither key doc nor value doc were present', record);
  const chained = plan.chain(source);
  const value = chained.value();
  if (value !== undefined) return plan.toWrite(value, chained);
  if (!plan.deletesOnNull) throw refuse('could not create write model: the value is null', record);
  return plan.toDelete(chained);
}

const refuse = (what: string, record: SinkRecord): DataError =>
  new DataError('RECORD_INVALID', `Invalid sink record ${positionOf(record)}: ${what}`);
