import type { Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

/** A command as a client of MongoDB sent it; documents of its sections (inserts, updates) are part of the body. */
export type WireCommand = { readonly name: string; readonly body: Document; reply(document: Uint8Array): void };

const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const MORE_TO_COME = 2;
const CHECKSUM = 1;

/** Calls `handle` for each command of a connection: OP_MSG, and OP_QUERY, which drivers still begin with. */
export function serveConnection(socket: Socket, handle: (command: WireCommand) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER && pending.length >= pending.readInt32LE(0)) {
      const length = pending.readInt32LE(0);
      const message = pending.subarray(0, length);
      pending = pending.subarray(length);
      const command = toCommand(message, socket);
      if (command) handle(command);
    }
  });
}

function toCommand(message: Buffer, socket: Socket): WireCommand | undefined {
  const requestId = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  const isQuery = opcode === OP_QUERY;
  if (!isQuery && opcode !== OP_MSG) {
    socket.destroy();
    return undefined;
  }
  const body = isQuery ? queryOf(message) : messageOf(message);
  const isSilent = !isQuery && (message.readUInt32LE(HEADER) & MORE_TO_COME) !== 0;
  return {
    name: Object.keys(body)[0] ?? '',
    body,
    reply(document) {
      if (isSilent || socket.destroyed) return;
      const head = isQuery ? queryReplyHead(requestId, document.length) : messageHead(requestId, document.length);
      socket.cork();
      socket.write(head);
      socket.write(document);
      socket.uncork();
    },
  };
}

const DESERIALIZE = { promoteLongs: false, promoteBuffers: false } as const;

function messageOf(message: Buffer): Document {
  const hasChecksum = (message.readUInt32LE(HEADER) & CHECKSUM) !== 0;
  const end = message.length - (hasChecksum ? 4 : 0);
  let body: Document = {};
  const sequences: Document = {};
  for (let at = HEADER + 4; at < end; ) {
    const kind = message[at];
    const length = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + length);
    if (kind === 0) body = BSON.deserialize(section, DESERIALIZE);
    else {
      const nameEnd = section.indexOf(0, 4);
      sequences[section.toString('utf8', 4, nameEnd)] = documentsOf(section.subarray(nameEnd + 1));
    }
    at += 1 + length;
  }
  return { ...body, ...sequences };
}

function documentsOf(bytes: Buffer): Document[] {
  const documents: Document[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32LE(at);
    documents.push(BSON.deserialize(bytes.subarray(at, at + length), DESERIALIZE));
    at += length;
  }
  return documents;
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
