import { DataError } from '../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../connect/records.ts';
import { documentOf, type Element, elementIn, elementsOf, fieldOf, toElement } from '../bson/elements.ts';
import { createOutput, takeBytes, writeInt64 } from '../bson/output.ts';
import { BSON_TYPE } from '../bson/types.ts';
import { businessKeyFilter } from './business-key.ts';
import { hasOperatorNames } from './cdc/write-of.ts';
import { fields, type Raw, toDocument } from './expression.ts';
import type { IdSource, IdStrategy } from './id-strategies.ts';
import type { WriteModel } from './write-models.ts';

/** What a strategy asks for besides the record. */
export type WriteRules = {
  readonly idStrategy: IdStrategy;
  idOf(source: IdSource): Raw;
  readonly isTimeSeries: boolean;
  /** Milliseconds since 1970. */
  now(): number;
};

type Strategy = (value: Uint8Array | undefined, source: IdSource, rules: WriteRules) => WriteModel;

/** Write model strategies by the simple name of the peer's class; key and value have been through the chain. */
export const writeModelStrategies = {
  DefaultWriteModelStrategy: (value, { record }, { isTimeSeries }) =>
    isTimeSeries ? insertOne(value, record) : replaceOne(value, record),
  ReplaceOneDefaultStrategy: (value, { record }) => replaceOne(value, record),
  InsertOneDefaultStrategy: (value, { record }) => insertOne(value, record),
  UpdateOneDefaultStrategy(value, { record }) {
    const { id, rest } = split(value, record);
    return update(documentOf([id]), fields(['$set', document(documentOf(rest))]));
  },
  UpdateOneTimestampsStrategy(value, { record }, { now }) {
    const { id, all } = split(value, record);
    return update(documentOf([id]), withTimes(all, now()));
  },
  ReplaceOneBusinessKeyStrategy(value, { record }, rules) {
    const { id, rest } = split(value, record);
    return replacing(businessKey(id, rules, record, HINT), documentOf(rest), record);
  },
  UpdateOneBusinessKeyTimestampStrategy(value, { record }, rules) {
    const { id, rest } = split(value, record);
    return update(businessKey(id, rules, record, HINT), withTimes(rest, rules.now()));
  },
  DeleteOneBusinessKeyStrategy: (value, { record }, rules) => ({
    op: 'deleteOne',
    filter: businessKey(split(value, record).id, rules, record, ''),
  }),
  DeleteOneDefaultStrategy(_value, { record, key }) {
    const id = required(key(), 'key', record);
    return { op: 'deleteOne', filter: fieldOf(id, '_id') ? id : idFilter(document(id)) };
  },
  DeleteOneTombstoneBusinessKeyStrategy(_value, source, { idStrategy, idOf }) {
    required(source.key(), 'key', source.record);
    if (idStrategy !== 'PartialKeyStrategy') {
      throw refuse('DeleteOneTombstoneBusinessKeyStrategy expects PartialKeyStrategy to be defined', source.record);
    }
    return { op: 'deleteOne', filter: businessKeyFilter(idOf(source), true, source.record) };
  },
} as const satisfies Record<string, Strategy>;

export type WriteModelStrategy = keyof typeof writeModelStrategies;

/** The delete of a record without a value, by its id strategy. */
export const deleteById = (id: Raw): WriteModel => ({ op: 'deleteOne', filter: idFilter(id) });

const idFilter = ({ type, value }: Raw): Buffer => documentOf([toElement('_id', type, value)]);
const document = (value: Uint8Array): Raw => ({ type: BSON_TYPE.document, value });

const update = (filter: Uint8Array, operators: Parameters<typeof toDocument>[0]): WriteModel => ({
  op: 'updateOne',
  filter,
  update: toDocument(operators),
  upsert: true,
});

const insertOne = (value: Uint8Array | undefined, record: SinkRecord): WriteModel => ({
  op: 'insertOne',
  document: required(value, 'value', record),
});

function replaceOne(value: Uint8Array | undefined, record: SinkRecord): WriteModel {
  const document = required(value, 'value', record);
  return replacing(documentOf([idOf(document, record)]), document, record);
}

function replacing(filter: Uint8Array, replacement: Uint8Array, record: SinkRecord): WriteModel {
  if (hasOperatorNames(replacement)) {
    throw refuse('field names in a replacement document can not start with $', record);
  }
  return { op: 'replaceOne', filter, replacement, upsert: true };
}

/** The strategies' own fields win over those of the document: the server refuses one that is set twice. */
function withTimes(elements: readonly Element[], ms: number) {
  const out = createOutput(8);
  writeInt64(out, BigInt(ms));
  const time = { type: BSON_TYPE.date, value: takeBytes(out) };
  const modified = toElement('_modifiedTS', time.type, time.value);
  const kept = elements
    .filter(({ name }) => name !== '_insertedTS')
    .map((element) => (element.name === '_modifiedTS' ? modified : element));
  const set = kept.includes(modified) ? kept : [...kept, modified];
  return fields(['$set', document(documentOf(set))], ['$setOnInsert', fields(['_insertedTS', time])]);
}

const HINT =
  ' If you are including an existing `_id` value in the business key then ensure `document.id.strategy.overwrite.existing=true`';

/** Its fields are in the `_id`; partial id strategies cut them out of a larger document, so that paths lead to them. */
function businessKey(id: Element, { idStrategy }: WriteRules, record: SinkRecord, hint: string): Buffer {
  if (id.type !== BSON_TYPE.document) {
    const what = `the value document does not contain an _id field of type BsonDocument which holds the business key fields.`;
    throw refuse(`${what}${hint}`, record);
  }
  return businessKeyFilter(id, idStrategy === 'PartialKeyStrategy' || idStrategy === 'PartialValueStrategy', record);
}

function idOf(document: Uint8Array, record: SinkRecord): Element {
  const id = elementIn(document, '_id');
  if (!id) throw refuse('the `_id` field was missing unexpectedly', record);
  return id;
}

function split(value: Uint8Array | undefined, record: SinkRecord): { id: Element; rest: Element[]; all: Element[] } {
  const document = required(value, 'value', record);
  const id = idOf(document, record);
  const all = elementsOf(document);
  return { id, rest: all.filter(({ name }) => name !== '_id'), all };
}

function required(document: Uint8Array | undefined, side: 'key' | 'value', record: SinkRecord): Uint8Array {
  if (document) return document;
  throw refuse(`the ${side} document was missing unexpectedly`, record);
}

const refuse = (what: string, record: SinkRecord): DataError =>
  new DataError('RECORD_INVALID', `Could not build the WriteModel at ${positionOf(record)}: ${what}`);
