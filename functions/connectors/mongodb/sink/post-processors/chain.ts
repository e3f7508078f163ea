import { documentOf, elementsOf, hasField, toElement, withElement } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';
import { bytesOf, type Fields, fieldsOf, toValue, type Value } from '../../bson/values.ts';
import type { Raw } from '../expression.ts';
import type { IdSource } from '../id-strategies.ts';

/** What the post processors of one topic make of key and value. */
export type Chain = (source: IdSource) => IdSource;

/** Key and value, taken apart to be changed in place. Each is read when a step asks for it, and not before. */
export type Opened = {
  readonly source: IdSource;
  key(): Value | undefined;
  value(): Value | undefined;
};

/** One post processor, made for one topic. */
export type Step = (opened: Opened) => void;

export type IdAdder = {
  readonly overwrites: boolean;
  idOf(source: IdSource): Raw;
  /** The part of the key that the id strategy takes as it is: what changes it later changes the `_id`, too. */
  readonly shares: 'key' | 'key._id' | undefined;
};

/**
 * The steps in their order, of which `add-id` stands for DocumentIdAdder. Where there is nothing else, the document is
 * not taken apart: the `_id` is put behind its bytes.
 */
export function chainOf(steps: readonly (Step | 'add-id')[], adder: IdAdder): Chain {
  if (steps.every((step) => step === 'add-id')) return (source) => withId(source, adder);
  const acts = steps.map((step): Step => (step === 'add-id' ? (opened) => addId(opened, adder) : step));
  return (source) => {
    const opened = open(source);
    for (const act of acts) act(opened);
    return close(opened);
  };
}

/** A new `_id` comes last, an overwritten one keeps its place. */
function withId(source: IdSource, { idOf, overwrites }: IdAdder): IdSource {
  const value = source.value();
  if (value === undefined) return source;
  const isThere = hasField(value, '_id');
  if (isThere && !overwrites) return source;
  const { type, value: id } = idOf(source);
  const added = toElement('_id', type, id);
  const changed = isThere
    ? documentOf(elementsOf(value).map((element) => (element.name === '_id' ? added : element)))
    : withElement(value, added);
  return { ...source, value: () => changed };
}

function open(source: IdSource): Opened {
  const side = (read: () => Uint8Array | undefined) => {
    let opened: { readonly value: Value | undefined } | undefined;
    return () => {
      if (!opened) {
        const bytes = read();
        opened = { value: bytes && toValue(BSON_TYPE.document, bytes) };
      }
      return opened.value;
    };
  };
  return { source, key: side(source.key), value: side(source.value) };
}

const close = (opened: Opened): IdSource => ({
  record: opened.source.record,
  key: () => bytesIn(opened.key()),
  value: () => bytesIn(opened.value()),
});

const bytesIn = (value: Value | undefined): Uint8Array | undefined => value && bytesOf(value);

function addId(opened: Opened, { idOf, overwrites, shares }: IdAdder): void {
  const fields = fieldsIn(opened.value());
  if (!fields || (fields.has('_id') && !overwrites)) return;
  const { type, value } = idOf(close(opened));
  const key = shares && opened.key();
  const shared = shares === 'key._id' ? fieldsIn(key)?.get('_id') : key;
  fields.set('_id', shared ?? toValue(type, value));
}

/** The fields of a document, if there is one. */
export const fieldsIn = (value: Value | undefined): Fields | undefined => value && fieldsOf(value);
