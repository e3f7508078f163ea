import { BSON } from 'mongodb';
import { type BatchBuffers, openBatchBuffers } from '../../functions/aws/kafka/batch-buffers.ts';
import { append, noRecords, toBatch } from '../../functions/aws/kafka/record-batch.ts';
import { convertersOf } from '../../functions/connect/converters/configure-converters.ts';
import { mongodbSourceConfig } from '../../functions/connectors/mongodb/source/properties.ts';
import { createToBatches } from '../../functions/connectors/mongodb/source/to-batches.ts';
import { producerRecordMaker } from '../../functions/source/to-producer-record.ts';
import { silent } from '../measure/silent.ts';
import { createSampleEvents, DATABASE, type SampleOptions } from '../replay-server/sample-events.ts';

/** Does with change events what is measured; returns the bytes that come out. */
export type Encode = (events: readonly Buffer[]) => number;

/** As full as a batch of the producer. */
const BATCH_BYTES = 900_000;
const IDENTITY = { producerId: 1n, epoch: 0, sequence: 0 };

/** From the bytes of change events to the bytes of record batches, as the source task does it between its two sockets. */
export function createEncoder(properties: Readonly<Record<string, string>>): Encode {
  const config = mongodbSourceConfig.parse({
    name: 'bench',
    'connector.class': 'MongoSource',
    'connection.uri': 'mongodb://nowhere',
    database: DATABASE,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    ...properties,
  });
  const toBatches = createToBatches(config, silent);
  const toProducerRecord = producerRecordMaker(convertersOf(config), 1);
  const buffers = openBatchBuffers();

  return (events) => {
    let bytes = 0;
    for (const { records, release } of toBatches({ cursorId: 1n, collection: '', events, token: undefined })) {
      bytes += batchesOf(records.map(toProducerRecord), buffers);
      release?.();
    }
    return bytes;
  };
}

function batchesOf(records: readonly Parameters<typeof append>[1][], buffers: BatchBuffers): number {
  let bytes = 0;
  let batch = noRecords(buffers, BATCH_BYTES);
  const close = () => {
    bytes += toBatch(batch, IDENTITY).length;
    buffers.give(batch.bytes);
    batch = noRecords(buffers, BATCH_BYTES);
  };
  for (const record of records) {
    append(batch, record, 0, buffers);
    if (batch.at >= BATCH_BYTES) close();
  }
  if (batch.count > 0) close();
  buffers.give(batch.bytes);
  return bytes;
}

/** What it would cost the plain way: the driver's objects, written as JSON. */
export const plainWay: Encode = (events) =>
  events.reduce((bytes, event) => bytes + Buffer.from(JSON.stringify(BSON.deserialize(event))).length, 0);

/** Change events one behind the other, as they lie in a reply. */
export function sampleEvents(count: number, options: SampleOptions): readonly Buffer[] {
  const { sizeOf, write } = createSampleEvents(options);
  const indexes = Array.from({ length: count }, (_, index) => index);
  const reply = Buffer.allocUnsafeSlow(indexes.reduce((sum, index) => sum + sizeOf(index), 0));
  let end = 0;
  return indexes.map((index) => {
    const start = end;
    end = write(reply, start, index);
    return reply.subarray(start, end);
  });
}
