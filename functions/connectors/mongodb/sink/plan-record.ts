import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { documentOf, elementOf, elementsOf, toElement } from '../bson/elements.ts';
import type { CdcHandler, Ignored } from './cdc/cdc-handler.ts';
import { writeOf } from './cdc/write-of.ts';
import { type IdOptions, type IdSource, type IdStrategy, idStrategies } from './id-strategies.ts';
import { type NamespacePaths, namespaceOf } from './namespace-mapper.ts';
import { readDocument } from './read-document.ts';
import { deleteById, type WriteModelStrategy, writeModelStrategies } from './write-model-strategies.ts';
import type { Namespace, WriteModel } from './write-models.ts';

/** What is to be done with the records of one topic, its classes looked up. */
export type TopicPlan = {
  readonly fixed: Namespace;
  readonly paths: NamespacePaths | undefined;
  /** Nothing: values are documents. */
  readonly cdcHandler: CdcHandler | undefined;
  readonly removesNulls: boolean;
  readonly idStrategy: IdStrategy;
  readonly idOptions: IdOptions;
  readonly overwritesId: boolean;
  readonly writeModelStrategy: WriteModelStrategy;
  readonly deletesOnNull: boolean;
  /** Nothing: the delete goes by the id strategy. */
  readonly deleteStrategy: WriteModelStrategy | undefined;
};

export type PlannedWrite = { readonly namespace: Namespace; readonly model: WriteModel };

/**
 * The write of one record; nothing for a no-op, and the name of an event that no write can follow.
 *
 * @throws DataError where the record can never be written.
 */
export function planRecord(record: SinkRecord, plan: TopicPlan): PlannedWrite | Ignored | undefined {
  const source = lazily(record);
  const namespace = namespaceOf(source, plan.fixed, plan.paths);
  const { cdcHandler, idOptions, removesNulls } = plan;
  const model = cdcHandler ? writeOf(cdcHandler(source, idOptions), removesNulls) : planDocument(source, plan);
  return model === undefined || model.op === 'ignored' ? model : { namespace, model };
}

/** Key and value are read once, and only if something asks: a key that nobody needs may be anything. */
function lazily(record: SinkRecord): IdSource {
  const read = new Map<'key' | 'value', Uint8Array | undefined>();
  const side = (name: 'key' | 'value') => () => {
    if (!read.has(name)) read.set(name, readDocument(record, name));
    return read.get(name);
  };
  return { record, key: side('key'), value: side('value') };
}

function planDocument(source: IdSource, plan: TopicPlan): WriteModel {
  const value = source.value();
  if (value === undefined) return planDelete(source, plan);
  return writeModelStrategies[plan.writeModelStrategy](withId(value, source, plan), source);
}

function planDelete(source: IdSource, plan: TopicPlan): WriteModel {
  const { record } = source;
  if (record.key === null || record.key === undefined) {
    throw refuse('neither key doc nor value doc were present', record);
  }
  if (!plan.deletesOnNull) throw refuse('could not create write model: the value is null', record);
  if (plan.deleteStrategy) return writeModelStrategies[plan.deleteStrategy](undefined, source);
  return deleteById(idStrategies[plan.idStrategy](source, plan.idOptions));
}

/** DocumentIdAdder: a new `_id` comes last, an overwritten one keeps its place. */
function withId(value: Uint8Array, source: IdSource, plan: TopicPlan): Uint8Array {
  const elements = elementsOf(value);
  const old = elementOf(elements, '_id');
  if (old && !plan.overwritesId) return value;
  const { type, value: id } = idStrategies[plan.idStrategy](source, plan.idOptions);
  const added = toElement('_id', type, id);
  return documentOf(old ? elements.map((element) => (element === old ? added : element)) : [...elements, added]);
}

const refuse = (what: string, record: SinkRecord): DataError =>
  new DataError('RECORD_INVALID', `Invalid sink record ${positionOf(record)}: ${what}`);
