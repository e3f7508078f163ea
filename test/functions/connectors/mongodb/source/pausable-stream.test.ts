import { BSON, type Document, Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { createPausableStream } from '../../../../../functions/connectors/mongodb/source/pausable-stream.ts';
import { mongodbSourceConfig } from '../../../../../functions/connectors/mongodb/source/properties.ts';
import type { RawReply } from '../../../../../functions/connectors/mongodb/source/stream-connection.ts';
import { toWatch } from '../../../../../functions/connectors/mongodb/source/watch-command.ts';
import { rawReply } from '../../../../support/raw-bson.ts';
import { silentLog } from '../../../../support/silent-log.ts';

/** Times count from here: a token of mongod is never from before there were change streams. */
const NOW = 1_700_000_000;

/** The token of a server that has the time in it, and of one that has not. */
const timed = (seconds: number) => `82${(NOW + seconds).toString(16)}00000001`;
const plain = (n: number) => `T${n}`;

type Said = {
  readonly token?: string;
  readonly at: number;
  readonly events?: readonly number[];
  readonly alone?: true;
};

function toReply({ alone, at, events = [], token }: Said): RawReply {
  const documents = events.map((t) =>
    Buffer.from(BSON.serialize({ _id: { _data: plain(t) }, clusterTime: new Timestamp({ t: NOW + t, i: 0 }) })),
  );
  const bytes = token === undefined ? undefined : Buffer.from(BSON.serialize({ _data: token }));
  const reply = rawReply({ batch: 'nextBatch', documents, id: 1n, token: bytes });
  return {
    ...reply,
    operationTime: new Timestamp({ t: NOW + at, i: 0 }),
    ...(!alone && { $clusterTime: Buffer.alloc(0) }),
  };
}

/** A stream on a deployment that gives these replies, whichever cursor asks, and then nothing. */
function streamOf(...said: readonly Said[]) {
  const left = [...said];
  const starts: Document[] = [];
  const waits: unknown[] = [];
  const openSession = () => ({
    async run(_: string, command: Document, signal: AbortSignal): Promise<RawReply> {
      if ('killCursors' in command) return {};
      if (command.pipeline) starts.push(command.pipeline[0].$changeStream);
      else waits.push(command.maxTimeMS);
      const next = left.shift();
      if (next) return toReply(next);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    end: async () => undefined,
  });
  const deps = {
    log: silentLog,
    metrics: { add: () => undefined },
    now: () => 0,
    random: () => 0,
    hosts: [],
    connection: { openSession, close: async () => undefined },
    features: async () =>
      ({ splitsLargeEvents: false, images: 'no', expandedEvents: 'no', readsOplog: false }) as const,
  };
  const config = mongodbSourceConfig.parse({ name: 'x', 'connector.class': 'MongoSource', database: 'shop' });
  const stream = createPausableStream(toWatch(config), undefined, deps, new AbortController().signal);
  return { stream, starts, waits };
}

async function take(replies: AsyncGenerator<{ token: string | undefined }>) {
  const tokens: (string | undefined)[] = [];
  for await (const { token } of replies) tokens.push(token && JSON.parse(token)._data);
  return tokens;
}

test('a stream that filters much is not at its end before the time inside its token says so', async () => {
  const { stream, waits } = streamOf(
    { token: timed(100), at: 500 },
    { token: timed(200), at: 500 },
    { token: timed(300), at: 500 },
    { token: timed(500), at: 501 },
    { token: timed(900), at: 900 },
  );
  expect(await take(stream.upToPresent())).toEqual([timed(100), timed(200), timed(300), timed(500)]);
  // each part waits for half a second at most
  expect(waits[0]).toBe(500);
});

test('a stream that is never idle is followed no further than to when the part was begun', async () => {
  const { stream } = streamOf(
    { token: plain(0), at: 500 },
    { token: plain(1), at: 510, events: [498, 499] },
    { token: plain(2), at: 520, events: [500, 515] },
    { token: plain(3), at: 530, events: [525] },
  );
  expect(await take(stream.upToPresent())).toEqual([plain(0), plain(1), plain(2)]);
});

test('where tokens have no time, a reply without events is the end', async () => {
  const { stream } = streamOf({ token: plain(0), at: 500 }, { token: plain(1), at: 500 }, { token: plain(2), at: 500 });
  expect(await take(stream.upToPresent())).toEqual([plain(0), plain(1)]);
});

test('a token that stands still before its time ends the part: nothing else is to come', async () => {
  const { stream } = streamOf({ token: timed(100), at: 500 }, { token: timed(100), at: 500 });
  expect(await take(stream.upToPresent())).toEqual([timed(100), timed(100)]);
});

test('each part goes on behind the last reply that was taken', async () => {
  const { starts, stream } = streamOf(
    { token: plain(0), at: 500 },
    { token: plain(1), at: 500 },
    { token: plain(2), at: 500 },
    { token: plain(3), at: 500 },
  );
  await take(stream.opening());
  await take(stream.upToPresent());
  expect(starts).toEqual([{}, { startAfter: { _data: plain(0) } }]);
  expect(stream.time).toMatchObject({ t: NOW + 500 });
});

/** Was asked for already when the part ended. */
const dropped: Said = { at: 501 };

test('events that came with the first token are yielded by the next part, not by the opening', async () => {
  const { starts, stream } = streamOf({ at: 500 }, { at: 500, events: [499] }, dropped, { token: plain(600), at: 500 });
  expect(await take(stream.opening())).toEqual([undefined]);
  const rest = stream.rest();
  expect((await rest.next()).value).toMatchObject({ token: `{"_data": "${plain(499)}"}` });
  await rest.next();
  expect(starts).toEqual([{}, { startAfter: { _data: plain(499) } }]);
  await rest.return(undefined);
});

test('without a token a stream goes on at the time of its opening', async () => {
  const { starts, stream } = streamOf({ at: 500 }, { at: 501 }, dropped, { at: 502 });
  await take(stream.opening());
  expect(stream.startTime).toMatchObject({ t: NOW + 500 });
  const rest = stream.rest();
  await rest.next();
  expect(starts[1]?.startAtOperationTime).toMatchObject({ t: NOW + 500 });
  await rest.return(undefined);
});

test('a read can wait only for the time of a server that shares its clock', async () => {
  const { stream } = streamOf({ token: plain(0), at: 500, alone: true });
  await take(stream.opening());
  expect(stream.time).toBeUndefined();
});
