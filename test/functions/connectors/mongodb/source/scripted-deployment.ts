import { BSON, type Document, Long, MongoServerError, Timestamp } from 'mongodb';
import type {
  SourceBatch,
  SourceDeps,
  SourceItem,
  StoredPosition,
} from '../../../../../functions/connect/connector.ts';
import { fingerprintOf } from '../../../../../functions/connectors/mongodb/source/fingerprint.ts';
import { poll } from '../../../../../functions/connectors/mongodb/source/poll.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import type { RawReply } from '../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import { notingLog } from '../../../../support/silent-log.ts';
import { silentProbe } from '../../../../support/source-deps.ts';

/** 2024-01-01T00:00:00Z */
const START = 1_704_067_200;
const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');

/** The clock of these tests: an hour after the first token. */
export const NOW = (START + 3600) * 1000;

/** A token of mongod at that second; `end` tells tokens of one time apart, none is a place between events. */
export const tokenAt = (second: number, end = '') => ({ _data: `82${hex(START + second)}00000001${end}` });
export const textAt = (second: number, end = '') => JSON.stringify(tokenAt(second, end)).replace('":"', '": "');
export const timeAt = (second: number) => new Timestamp({ t: START + second, i: 1 });
export const isoAt = (second: number) => new Date((START + second) * 1000).toISOString();
export const secondsAt = (second: number) => START + second;

/** An insert of `{_id}` at a second. */
export const insertAt = (second: number, _id: number, end = `2B${hex(_id)}`): Document => ({
  _id: tokenAt(second, end),
  operationType: 'insert',
  clusterTime: timeAt(second),
  ns: { db: 'shop', coll: 'orders' },
  documentKey: { _id },
});

/** The position behind an event. */
export const storedBehind = (event: Document, fingerprint?: string): StoredPosition => ({
  offset: { _id: JSON.stringify(event._id).replace('":"', '": "') },
  clusterTime: event.clusterTime.t,
  lastEvents: {
    seconds: event.clusterTime.t,
    increment: event.clusterTime.i,
    tokens: [JSON.stringify(event._id).replace('":"', '": "')],
  },
  ...(fingerprint !== undefined && { fingerprint }),
});

export function reply(token: Document | undefined, events: readonly Document[] = [], id = 5): RawReply {
  const cursor = {
    nextBatch: events,
    ...(token && { postBatchResumeToken: token }),
    id: Long.fromNumber(id),
    ns: 'shop.orders',
  };
  return { ok: 1, cursor: Buffer.from(BSON.serialize(cursor)) };
}

export const refusal = (code: number, errmsg = 'no') => new MongoServerError({ code, errmsg, message: errmsg, ok: 0 });

export const config = (properties: Readonly<Record<string, string>> = {}) =>
  mongodbSourceConfig.parse({
    name: 'orders',
    'connector.class': 'MongoSource',
    database: 'shop',
    collection: 'orders',
    ...properties,
  });

/** What is kept of a connector between two tasks. */
export type Kept = { position: StoredPosition | undefined; readonly items: Map<string, SourceItem> };

export const nothingKept = (position?: StoredPosition): Kept => ({ position, items: new Map() });

type Answer = RawReply | Error;

/**
 * Runs `poll` against answers that come one after another, and stores what it yields, until they are used up.
 *
 * `over` replaces dependencies, to let a task die at any of them.
 */
export async function runTask(
  properties: Readonly<Record<string, string>>,
  kept: Kept,
  answers: readonly Answer[],
  over: Partial<SourceDeps> = {},
) {
  const log = notingLog();
  const metrics: string[] = [];
  const calls: string[] = [];
  const opened: Document[] = [];
  const stop = new AbortController();
  const left = [...answers];
  const parsed = config(properties);
  const fingerprint = fingerprintOf(parsed);
  const deps: SourceDeps = {
    log,
    metrics: { add: (name, value) => void metrics.push(`${name} ${value}`) },
    now: () => NOW,
    settled: async () => void calls.push('settled'),
    items: {
      list: async (prefix) => [...kept.items.values()].filter(({ item }) => item.startsWith(prefix)),
      async save({ item, attributes }) {
        calls.push(`save ${item}`);
        kept.items.set(item, { item, attributes: { ...kept.items.get(item)?.attributes, ...attributes } });
      },
    },
    ...over,
  };
  const connect = () => ({
    openSession: () => ({
      async run(_database: string, command: Document, signal: AbortSignal): Promise<RawReply> {
        if ('killCursors' in command) return {};
        if ('aggregate' in command) {
          opened.push(command.pipeline[0].$changeStream);
          calls.push('open');
        }
        const answer = left.shift();
        if (answer instanceof Error) throw answer;
        if (answer) return answer;
        // all answers were taken, what they led to is yielded first
        setTimeout(() => stop.abort(), 20);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      end: async () => undefined,
    }),
    close: async () => undefined,
  });
  const batches: SourceBatch[] = [];
  let error: unknown;
  try {
    for await (const batch of poll(parsed, kept.position, deps, stop.signal, {
      connect,
      probe: silentProbe,
      random: () => 0,
    })) {
      batches.push(batch);
      calls.push(`batch ${batch.records.length}`);
      const { offset, clusterTimeSeconds: clusterTime, lastEvents } = batch;
      kept.position = {
        offset,
        fingerprint,
        ...(clusterTime !== undefined && { clusterTime }),
        ...(lastEvents && { lastEvents }),
      };
    }
  } catch (thrown) {
    error = thrown;
  }
  const keys = batches.flatMap(({ records }) => records.map(({ key }) => Number(/\d+/.exec(String(key))?.[0])));
  return { batches, calls, error, fingerprint, keys, log, metrics, opened };
}

export const gapsOf = ({ items }: Kept) => [...items.values()].filter(({ item }) => item.startsWith('gap#'));
