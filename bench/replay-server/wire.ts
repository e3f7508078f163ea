import type { Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { createMessageReader } from '../../functions/connectors/mongodb/client/message-reader.ts';

/** A command as a client of MongoDB sent it. */
export type WireCommand = {
  readonly name: string;
  readonly body: Document;
  /** The documents of a write that stand behind the body, one after another, by the name of their array. */
  readonly sequences: Readonly<Record<string, Buffer>>;
  /** Sends parts of one document; they must stay as they are until the next command comes. */
  reply(...parts: readonly Uint8Array[]): void;
};

const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const MORE_TO_COME = 2;
const CHECKSUM = 1;

/** Calls `handle` for each command of a connection: OP_MSG, and OP_QUERY, which drivers still begin with. */
export function serveConnection(socket: Socket, handle: (command: WireCommand) => void): void {
  socket.setNoDelay(true);
  const read = createMessageReader((message) => {
    const command = toCommand(message, socket);
    if (command) handle(command);
  });
  socket.on('data', read);
}

function toCommand(message: Buffer, socket: Socket): WireCommand | undefined {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  const isQuery = opcode === OP_QUERY;
  if (!isQuery && opcode !== OP_MSG) {
    socket.destroy();
    return undefined;
  }
  const { body, sequences } = isQuery ? { body: queryOf(message), sequences: {} } : sectionsOf(message);
  const isSilent = !isQuery && (message.readUInt32LE(HEADER) & MORE_TO_COME) !== 0;
  return {
    name: Object.keys(body)[0] ?? '',
    body,
    sequences,
    reply(...parts) {
      if (isSilent || socket.destroyed) return;
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      socket.cork();
      socket.write(isQuery ? queryReplyHead(requestId, length) : messageHead(requestId, length));
      for (const part of parts) socket.write(part);
      socket.uncork();
    },
  };
}

const DESERIALIZE = { promoteLongs: false, promoteBuffers: false } as const;

function sectionsOf(message: Buffer): Pick<WireCommand, 'body' | 'sequences'> {
  const hasChecksum = (message.readUInt32LE(HEADER) & CHECKSUM) !== 0;
  const end = message.length - (hasChecksum ? 4 : 0);
  let body: Document = {};
  const sequences: Record<string, Buffer> = {};
  for (let at = HEADER + 4; at < end; ) {
    const kind = message[at];
    const section = message.subarray(at + 1, at + 1 + message.readInt32LE(at + 1));
    if (kind === 0) body = BSON.deserialize(section, DESERIALIZE);
    else {
      const nameEnd = section.indexOf(0, 4);
      sequences[section.toString('utf8', 4, nameEnd)] = section.subarray(nameEnd + 1);
    }
    at += 1 + section.length;
  }
  return { body, sequences };
}

/** Each document of a sequence. */
export function* documentsIn(sequence: Buffer): Generator<Buffer> {
  for (let at = 0; at < sequence.length; ) {
    const length = sequence.readInt32LE(at);
    yield sequence.subarray(at, at + length);
    at += length;
  }
}

function queryOf(message: Buffer): Document {
  const nameEnd = message.indexOf(0, HEADER + 4);
  return BSON.deserialize(message.subarray(nameEnd + 9), DESERIALIZE);
}

function messageHead(requestId: number, length: number): Buffer {
  const head = Buffer.alloc(HEADER + 5);
  writeHeader(head, head.length + length, requestId, OP_MSG);
  return head;
}

function queryReplyHead(requestId: number, length: number): Buffer {
  const head = Buffer.alloc(HEADER + 20);
  writeHeader(head, head.length + length, requestId, OP_REPLY);
  const AWAIT_CAPABLE = 8;
  head.writeInt32LE(AWAIT_CAPABLE, HEADER);
  head.writeInt32LE(1, HEADER + 16);
  return head;
}

function writeHeader(head: Buffer, length: number, requestId: number, opcode: number): void {
  head.writeInt32LE(length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(opcode, 12);
}
