import { connect, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { openBatchBuffers } from '../../functions/aws/kafka/batch-buffers.ts';
import { PRODUCE, toProduceBody } from '../../functions/aws/kafka/produce-request.ts';
import { append, noRecords, toBatch } from '../../functions/aws/kafka/record-batch.ts';
import { documentsOf, findElement } from '../../functions/connectors/mongodb/bson/element-reader.ts';
import { createMessageReader } from '../../functions/connectors/mongodb/client/message-reader.ts';
import { ownUsage } from '../measure/usage.ts';
import { DATABASE } from '../replay-server/sample-events.ts';

/**
 * The least that a process of Node.js does with change events: two sockets, no driver, no client of Kafka. It asks for
 * the next events and puts them on a topic as they are; it knows of no failure, position or metric.
 */
const [mongodb = '', kafka = '', topic = ''] = process.argv.slice(2);
process.on('message', () => process.send?.(ownUsage()));
process.once('SIGTERM', () => process.exit(0));

const buffers = openBatchBuffers();
const NOBODY = { producerId: -1n, epoch: -1, sequence: -1 };
/** A batch has to be smaller than a broker's limit of 1 MB. */
const MOST_EVENTS = 500;
const PRODUCE_TIMEOUT_MS = 10_000;
const HEAD_BYTES = 14;

// OP_MSG: length, request, response to, opcode, flags, kind of the section, and that section
const OPCODE_AT = 12;
const OP_MSG = 2013;
const REPLY_AT = 21;

const broker = open(kafka);
broker.on('data', () => undefined);

function produce(events: readonly Buffer[]): void {
  const records = noRecords(buffers, 1024);
  for (const value of events) append(records, { topic, key: null, value }, Date.now(), buffers);
  const body = toProduceBody([{ topic, partition: 0, data: toBatch(records, NOBODY) }], PRODUCE_TIMEOUT_MS);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeInt32BE(HEAD_BYTES - 4 + body.reduce((sum, { length }) => sum + length, 0), 0);
  head.writeInt16BE(PRODUCE.apiKey, 4);
  head.writeInt16BE(PRODUCE.apiVersion, 6);
  // no name of a client, and nobody looks at the number of a request
  broker.write(Buffer.concat([head, ...body]));
}

const server = open(mongodb);
let getMore: Buffer | undefined;
const read = createMessageReader((message) => {
  const reply = message.subarray(REPLY_AT);
  const cursor = findElement(reply, 'cursor')!;
  const at = reply.subarray(cursor.start, cursor.end);
  getMore ??= toMessage({
    getMore: BSON.deserialize(at, { promoteLongs: false }).id,
    collection: 'c',
    maxTimeMS: 5000,
    $db: DATABASE,
  });
  server.write(getMore);
  const batch = findElement(at, 'nextBatch');
  const events = batch ? documentsOf(at.subarray(batch.start, batch.end)) : [];
  for (let from = 0; from < events.length; from += MOST_EVENTS) {
    produce(events.slice(from, from + MOST_EVENTS) as Buffer[]);
  }
});
server.on('data', read);
server.write(toMessage({ aggregate: 'c', pipeline: [{ $changeStream: {} }], cursor: { batchSize: 0 }, $db: DATABASE }));

function open(address: string): Socket {
  const [host, port] = address.split(':');
  return connect({ host, port: Number(port) }).setNoDelay(true);
}

function toMessage(command: Document): Buffer {
  const body = BSON.serialize(command);
  const message = Buffer.alloc(REPLY_AT + body.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(OP_MSG, OPCODE_AT);
  message.set(body, REPLY_AT);
  return message;
}
