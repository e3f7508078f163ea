import {
  type DeadLetter,
  isSinkDeadLetter,
  parseDeadLetter,
  toDeadLetterBody,
} from '../../../functions/aws/dead-letter.ts';
import { parkedKeys } from '../../../functions/aws/parked-keys.ts';
import { stringConverter } from '../../../functions/connect/converters/string-converter.ts';
import { RetriableError } from '../../../functions/connect/errors.ts';
import type { ConsumedRecord } from '../../../functions/connect/records.ts';
import { openSink } from '../../../functions/connectors/mongodb/sink/mongodb-sink.ts';
import { sinkConfig } from '../../../functions/connectors/mongodb/sink/properties.ts';
import { toPutEvent } from '../../../functions/replay/to-put-event.ts';
import { type BatchResponse, type PutDeps, putInvocation } from '../../../functions/sink/put-invocation.ts';
import { noModules } from '../../support/no-modules.ts';
import { memoryParkedItems } from '../../support/parked-items.ts';
import { notingLog } from '../../support/silent-log.ts';
import { modelServer } from '../connectors/mongodb/sink/model-server.ts';

/** What happens within one invocation. */
export type Fate = {
  /** The call to the outside at which its process dies; nothing: it lives. */
  readonly diesAt?: number | undefined;
  /** Whether that call still takes effect. */
  readonly when?: 'before' | 'after';
  /** Dead letters, by their place in the sending, that the queue does not take. */
  readonly refusedLetters?: readonly number[];
};

export type WorldOptions = {
  readonly properties?: Readonly<Record<string, string>>;
  readonly isParking?: boolean;
  readonly hasPartialResponse?: boolean;
  /** Lets others go first at each call to the outside. */
  pause?(what: string): Promise<void>;
  /** As many keys as one request to the table lists. */
  readonly mostListed?: number;
};

type Change = { readonly key: number; readonly isBad?: boolean; readonly field?: string; readonly partition?: number };

/** A topic, a sink with its database, the table and both queues, all in memory but the sink itself. */
export async function openWorld(options: WorldOptions = {}) {
  const { isParking = true, hasPartialResponse = true, mostListed, pause, properties } = options;
  const state = { now: 1_700_000_000_000, isMended: false, versions: 0 };
  const { items, store } = memoryParkedItems(mostListed);
  const letters: string[] = [];
  const log = notingLog();
  const isBad = (field: unknown) => typeof field === 'string' && field.startsWith('bad');
  const server = modelServer({
    refuse: (document) => (!state.isMended && Object.values(document).some(isBad) ? 121 : undefined),
  });
  const config = sinkConfig.parse({
    name: 'orders-sink',
    'connector.class': 'MongoSink',
    topics: 'orders',
    database: 'shop',
    'errors.tolerance': 'all',
    'change.data.capture.handler': 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler',
    ...properties,
  });

  /** The world as one process sees it: once it is dead, nothing of it reaches the outside. */
  function processOf({ diesAt, refusedLetters = [], when = 'before' }: Fate) {
    const calls: string[] = [];
    let isDead = false;
    const call =
      <Args extends unknown[], T>(what: string, effect: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        await pause?.(what);
        calls.push(what);
        const dies = calls.length === diesAt;
        if (isDead || (dies && when === 'before')) {
          isDead = true;
          throw new Error(`died at ${what}`);
        }
        const result = await effect(...args);
        if (dies) {
          isDead = true;
          throw new Error(`died after ${what}`);
        }
        return result;
      };
    return { call, refusedLetters, calls, isDead: () => isDead };
  }

  async function depsOf({ call, refusedLetters }: ReturnType<typeof processOf>): Promise<PutDeps> {
    const metrics = { add: () => undefined };
    const now = () => state.now;
    const send = call('write', server.send);
    const find = call('find', server.find);
    const database = { send, find, run: async () => ({}), sleep: async () => undefined };
    const sink = await openSink(config, database, { log, metrics, now, loadModule: noModules }, async () => undefined);
    const table = {
      list: call('list', store.list),
      find: call('find keys', store.find),
      get: call('get', store.get),
      put: call('put', store.put),
      remove: call('remove', store.remove),
    };
    const newVersion = () => String(state.versions++);
    return {
      sink,
      converters: { key: stringConverter, value: stringConverter },
      fetchValue: () => Promise.reject(new Error('No value is elsewhere')),
      sendDeadLetters: call('send letters', async (sent: readonly DeadLetter[]) =>
        sent.map((letter, place) => {
          if (refusedLetters.includes(place)) return new RetriableError('DEAD_LETTER_UNSENT', 'no');
          letters.push(toDeadLetterBody(letter));
          return undefined;
        }),
      ),
      parkedKeys: isParking ? parkedKeys(table, { newVersion, now }) : undefined,
      log,
      metrics,
      now,
    };
  }

  /** One invocation; nothing where its process died or it threw. */
  async function invoke(
    event: unknown,
    fate: Fate = {},
  ): Promise<{ answer?: BatchResponse; calls: readonly string[]; error?: unknown }> {
    const process = processOf(fate);
    const settings = { connector: 'orders-sink', hasPartialResponse, contextHeaders: undefined, logsTimes: false };
    try {
      const answer = await putInvocation(event, state.now + 30_000, settings, await depsOf(process));
      return process.isDead() ? { calls: process.calls } : { answer, calls: process.calls };
    } catch (error) {
      return { calls: process.calls, error };
    }
  }

  const deliver = (records: readonly ConsumedRecord[], fate?: Fate) => invoke(eventOf(records), fate);

  async function replay(body: string, fate?: Fate) {
    const letter = parseDeadLetter(body);
    if (!isSinkDeadLetter(letter)) throw new TypeError('Expected a letter of a sink');
    return invoke(JSON.parse(JSON.stringify(toPutEvent(letter))), fate);
  }

  return { state, items, letters, log, server, deliver, replay };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The records of changes: the first of a key makes its document, each other one sets one field of it. */
export function recordsOf(changes: readonly Change[]): ConsumedRecord[] {
  const made = new Set<number>();
  const next = new Map<number, number>();
  return changes.map(({ field = 'a', isBad = false, key, partition = 0 }, number) => {
    const offset = next.get(partition) ?? 0;
    next.set(partition, offset + 1);
    const content = { [field]: `${isBad ? 'bad' : 'good'} ${number}` };
    const event = made.has(key)
      ? { operationType: 'update', updateDescription: { updatedFields: content, removedFields: [] } }
      : { operationType: 'insert', fullDocument: { _id: key, ...content } };
    made.add(key);
    return {
      topic: 'orders',
      partition,
      offset,
      timestamp: 1_700_000_000_000 + number,
      timestampType: 'CREATE_TIME',
      key: Buffer.from(JSON.stringify({ _id: key })),
      value: Buffer.from(JSON.stringify({ documentKey: { _id: key }, ...event })),
      headers: [],
    };
  });
}

/** What one change after the other makes of the documents. */
export function truthOf(changes: readonly Change[]): Record<string, Record<string, string>> {
  const truth: Record<string, Record<string, string>> = {};
  for (const [number, { field = 'a', isBad = false, key }] of changes.entries()) {
    truth[key] = { ...truth[key], [field]: `${isBad ? 'bad' : 'good'} ${number}` };
  }
  return truth;
}

/** The documents of a world in the same form. */
export const documentsOf = ({ server }: World): Record<string, unknown> =>
  Object.fromEntries(
    [...server.documents.values()].map(({ _id, ...fields }) => [(_id as { $numberInt: string }).$numberInt, fields]),
  );

function eventOf(records: readonly ConsumedRecord[]) {
  const byPartition = Map.groupBy(records, ({ partition, topic }) => `${topic}-${partition}`);
  const encoded = [...byPartition].map(([name, list]) => [
    name,
    list.map(({ key, value, ...rest }) => ({ ...rest, key: toBase64(key), value: toBase64(value) })),
  ]);
  return { eventSource: 'aws:kafka', records: Object.fromEntries(encoded) };
}

const toBase64 = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('base64'));
