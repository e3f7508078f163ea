import { DataError } from '../../../../connect/errors.ts';
import { positionOf, type SinkRecord } from '../../../../connect/records.ts';
import { bufferOf, type Field, fieldOf, isNamed } from '../../bson/elements.ts';
import { BSON_TYPE } from '../../bson/types.ts';

/** The document that a change event is, read field by field; every refusal names the field and the record. */
export type Envelope = {
  readonly document: Uint8Array;
  readonly record: SinkRecord;
};

export const openEnvelope = (document: Uint8Array, record: SinkRecord): Envelope => ({
  document,
  record,
});

export const memberOf = ({ document }: Envelope, name: string): Field | undefined => fieldOf(document, name);

/** @throws DataError where it is missing or no document. */
export function documentIn(envelope: Envelope, name: string): Uint8Array {
  const member = memberOf(envelope, name);
  if (member?.type !== BSON_TYPE.document) throw unexpected(envelope.record, `${name} to be a document`, member);
  return member.value;
}

/** @throws DataError where it is missing or no text. */
export function textIn(envelope: Envelope, name: string): string {
  const member = memberOf(envelope, name);
  if (member?.type !== BSON_TYPE.string) throw unexpected(envelope.record, `${name} to be a text`, member);
  return textOf(member);
}

/** Whether a string element is that text. */
export const isText = ({ value }: Field, text: string): boolean => isNamed(bufferOf(value), 4, value.length - 1, text);

/** The text of a string element. */
export const textOf = ({ value }: Field): string => bufferOf(value).toString('utf8', 4, value.length - 1);

/** Nothing where the document is missing or has no field: Debezium and Qlik mean the same by both. */
export const filledOf = (document: Uint8Array | undefined): Uint8Array | undefined =>
  document && document.length > EMPTY_BYTES ? document : undefined;

/** Its length and a zero byte. */
const EMPTY_BYTES = 5;

export function unexpected(record: SinkRecord, expected: string, got: Field | undefined): DataError {
  const what = got === undefined ? 'nothing' : got.type === BSON_TYPE.null ? 'null' : `BSON type ${got.type}`;
  return invalid(record, `Expected ${expected}, got ${what}`);
}

export const invalid = (record: SinkRecord, sentence: string): DataError =>
  new DataError('CHANGE_EVENT_INVALID', `${sentence} at ${positionOf(record)}`);
