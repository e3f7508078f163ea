import type { Failure } from '../aws/dead-letter.ts';
import type { ConsumedRecord, Header } from '../connect/records.ts';

/**
 * Kafka Connect's headers that say what failed, behind those of the record. The class of the stage is the sink task
 * for what a connector reports; there is no stack trace of Java, so the message stands in its place.
 */
export function withContextHeaders(record: ConsumedRecord, connector: string, failure: Failure): ConsumedRecord {
  const context: Readonly<Record<string, string>> = {
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    'connector.name': connector,
    'task.id': '0',
    stage: failure.stage,
    'class.name': 'org.apache.kafka.connect.sink.SinkTask',
    'exception.class.name': failure.class,
    'exception.message': failure.message,
    'exception.stacktrace': `${failure.class}: ${failure.message}`,
  };
  // a replayed record already has those of its last failure
  const own = record.headers.filter(([name]) => !name.startsWith(PREFIX));
  const added = Object.entries(context).map(([name, text]): Header => [`${PREFIX}${name}`, Buffer.from(text, 'utf8')]);
  return { ...record, headers: [...own, ...added] };
}

const PREFIX = '__connect.errors.';
