import { randomUUID } from 'node:crypto';
import { createLog } from '../../functions/aws/log.ts';
import { mongodbSourceConfig } from '../../functions/connectors/mongodb/source/properties.ts';
import { connectStream } from '../../functions/connectors/mongodb/source/stream-connection.ts';
import { openCursor } from '../../functions/connectors/mongodb/source/stream-cursor.ts';
import { toWatch } from '../../functions/connectors/mongodb/source/watch-command.ts';
import { runSource } from '../../functions/source/run-source.ts';
import type { Rate } from '../report/results.ts';

/** What a process cost since it began. */
export type Usage = { readonly cpuSeconds: number; readonly peakBytes: number };

/** The share of the events that is not counted: the code is not compiled yet, and connections are made. */
const WARM_UP = 0.3;

const log = createLog('tailrace-source');

/** The source task as its image starts it. */
async function task(): Promise<void> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.on('message', () => process.send?.(usage()));
  const deps = {
    log,
    owner: randomUUID(),
    defaultConnectorFile: '',
    now: Date.now,
    monotonic: () => performance.now(),
  };
  process.exit(await runSource(process.env, deps, stop.signal));
}

/** A client that does nothing with the events: how fast they can be had at all. */
async function read(uri: string, events: number): Promise<void> {
  const properties = { name: 'read', 'connector.class': 'MongoSource', database: 'rig', collection: 'c' };
  const config = mongodbSourceConfig.parse({ ...properties, 'connection.uri': uri });
  const connection = connectStream(config);
  await using cursor = await openCursor(connection, toWatch(config), undefined, log, new AbortController().signal);
  let pending = cursor.next();
  let seen = 0;
  const readUntil = async (count: number) => {
    while (seen < count) {
      const { events: batch } = await pending;
      seen += batch.length;
      // as the source does: the next reply is on its way while this one is looked at
      if (seen < events) pending = cursor.next();
    }
    return { seen, at: performance.now(), ...usage() };
  };
  const begin = await readUntil(events * WARM_UP);
  const end = await readUntil(events);
  const counted = end.seen - begin.seen;
  const result: Rate = {
    events: counted,
    perSecond: (counted / (end.at - begin.at)) * 1000,
    cpuPerMillion: ((end.cpuSeconds - begin.cpuSeconds) / counted) * 1e6,
    peakBytes: end.peakBytes,
  };
  process.send?.(result, () => process.exit());
}

function usage(): Usage {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
}

const [kind, uri = '', events] = process.argv.slice(2);
await (kind === 'read' ? read(uri, Number(events)) : task());
