import { randomUUID } from 'node:crypto';
import { createLog } from '../../functions/aws/log.ts';
import { mongodbSourceConfig } from '../../functions/connectors/mongodb/source/properties.ts';
import { connectStream } from '../../functions/connectors/mongodb/source/stream-connection.ts';
import { openCursor } from '../../functions/connectors/mongodb/source/stream-cursor.ts';
import { toWatch } from '../../functions/connectors/mongodb/source/watch-command.ts';
import { runSource } from '../../functions/source/run-source.ts';
import { startThread } from '../../functions/source/start-thread.ts';
import { toRate, WARM_UP } from '../measure/rate.ts';
import { ownUsage } from '../measure/usage.ts';
import { DATABASE } from '../replay-server/sample-events.ts';

const log = createLog('tailrace-source');

/** The source task as its image starts it. */
async function task(): Promise<void> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.on('message', () => process.send?.(ownUsage()));
  const deps = {
    log,
    owner: randomUUID(),
    defaultConnectorFile: '',
    startThread,
    now: Date.now,
    monotonic: () => performance.now(),
  };
  process.exit(await runSource(process.env, deps, stop.signal));
}

/** A client that does nothing with the events: how fast they can be had at all. */
async function read(uri: string, events: number, collections: number): Promise<void> {
  const watched = { database: DATABASE, ...(collections === 1 && { collection: 'c' }) };
  const properties = { name: 'read', 'connector.class': 'MongoSource', ...watched };
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
    return { events: seen, at: performance.now(), usage: ownUsage() };
  };
  const begin = await readUntil(events * WARM_UP);
  const end = await readUntil(events);
  process.send?.(toRate(begin, end), () => process.exit());
}

const [kind, uri = '', events, collections] = process.argv.slice(2);
await (kind === 'read' ? read(uri, Number(events), Number(collections)) : task());
