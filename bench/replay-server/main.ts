import { parseArgs } from 'node:util';
import { openReplayServer } from './open-replay-server.ts';
import { parseMix } from './parse-mix.ts';

/** What its parent may ask: events in real time, with when each became available; or what was served so far. */
export type Question = { readonly add?: { readonly perSecond: number; readonly count: number } };

/** `node bench/replay-server/main.ts --events 500000 --size 1024 --mix insert=40,update=40,replace=10,delete=10` */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    events: { type: 'string', default: '500000' },
    size: { type: 'string', default: '1024' },
    collections: { type: 'string', default: '1' },
    mix: { type: 'string', default: 'insert=100' },
    wire: { type: 'string' },
    /** Events per second that are added in real time behind those that are there from the start. */
    live: { type: 'string' },
  },
});

const server = await openReplayServer({
  port: Number(values.port),
  events: Number(values.events),
  documentBytes: Number(values.size),
  collections: Number(values.collections),
  mix: parseMix(values.mix),
  ...(values.wire !== undefined && { wireVersion: Number(values.wire) }),
});
if (values.live !== undefined) void server.addLive(Number(values.live), Number.POSITIVE_INFINITY);
console.log(`Replay server at ${server.uri}`);
process.send?.({ uri: server.uri });
process.on('message', async (question: Question) => {
  const answer = question.add
    ? { times: await server.addLive(question.add.perSecond, question.add.count) }
    : { ...server.sent, writes: server.writes, ...process.cpuUsage() };
  process.send?.(answer);
});
