import type { Failure } from '../aws/dead-letter.ts';
import { converterClassNameOf } from '../connect/converters/converter-classes.ts';
import type { Stage } from '../connect/outcomes.ts';
import type { ConsumedRecord, Header } from '../connect/records.ts';

/** What the headers say of the connector. */
export type ContextOf = {
  readonly connector: string;
  /** As the connector's file names them. */
  readonly keyConverter: string;
  readonly valueConverter: string;
};

const PREFIX = '__connect.errors.';
const NAMES = [
  'topic',
  'partition',
  'offset',
  'connector.name',
  'task.id',
  'stage',
  'class.name',
  'exception.class.name',
  'exception.message',
  'exception.stacktrace',
] as const;

/**
 * Kafka Connect's headers that say what failed, behind those of the record. There is no stack trace of Java, so the
 * message stands in its place.
 */
export function withContextHeaders(record: ConsumedRecord, failure: Failure, of: ContextOf): ConsumedRecord {
  const context: Readonly<Record<(typeof NAMES)[number], string>> = {
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    'connector.name': of.connector,
    'task.id': '0',
    stage: failure.stage,
    'class.name': failingClassOf(failure.stage, of),
    'exception.class.name': failure.class,
    'exception.message': failure.message,
    'exception.stacktrace': `${failure.class}: ${failure.message}`,
  };
  const added = NAMES.map((name): Header => [`${PREFIX}${name}`, Buffer.from(context[name], 'utf8')]);
  return { ...record, headers: [...record.headers, ...added] };
}

/** A replayed record as it was on its topic, which may have had such headers of its own. */
export function withoutContextHeaders(record: ConsumedRecord): ConsumedRecord {
  const own = record.headers.slice(0, -NAMES.length);
  const added = record.headers.slice(own.length);
  const values = new Map(added.map(([name, value]) => [name, value && Buffer.from(value).toString('utf8')]));
  const isOfPosition = (['topic', 'partition', 'offset'] as const).every(
    (name) => values.get(`${PREFIX}${name}`) === String(record[name]),
  );
  const isAdded = isOfPosition && NAMES.every((name, index) => added[index]?.[0] === `${PREFIX}${name}`);
  return isAdded ? { ...record, headers: own } : record;
}

/** What Kafka Connect was running when the record failed. */
function failingClassOf(stage: Stage, { keyConverter, valueConverter }: ContextOf): string {
  if (stage === 'KEY_CONVERTER') return converterClassNameOf(keyConverter);
  if (stage === 'VALUE_CONVERTER') return converterClassNameOf(valueConverter);
  return 'org.apache.kafka.connect.sink.SinkTask';
}
