import { messageOf } from '../../../../connect/errors.ts';
import { toDefault } from './avro-default.ts';
import type { AvroRecord, AvroType } from './avro-type.ts';

/** @throws TypeError where a default does not fit its field, or no value of a record has an end. */
export function checkRecords(types: Iterable<AvroType>): void {
  const finite = new Set<AvroRecord>();
  for (const record of types) {
    if (record.type !== 'record') continue;
    checkEnd(record, finite, []);
    for (const { name, type, default: preset } of record.fields) {
      if (preset === undefined) continue;
      try {
        toDefault(type, preset);
      } catch (error) {
        throw new TypeError(`Invalid default for field ${name} of record ${record.name}: ${messageOf(error)}`);
      }
    }
  }
}

/** A record may contain itself only where a value can do without it: optional, or inside of an array or a map. */
function checkEnd(record: AvroRecord, finite: Set<AvroRecord>, outer: readonly AvroRecord[]): void {
  if (outer.includes(record)) throw new TypeError(`Record ${record.name} needs another one of itself in it`);
  if (finite.has(record)) return;
  for (const { type } of record.fields) if (type.type === 'record') checkEnd(type, finite, [...outer, record]);
  finite.add(record);
}
