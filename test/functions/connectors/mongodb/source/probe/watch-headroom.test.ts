import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type HeadroomDeps,
  watchHeadroom,
} from '../../../../../../functions/connectors/mongodb/source/probe/watch-headroom.ts';
import { notingLog } from '../../../../../support/silent-log.ts';
import { until } from '../../../../../support/until.ts';
import { toBytes } from '../../bson/tagged-bson.ts';

const features = { splitsLargeEvents: true, images: 'yes', expandedEvents: 'yes', readsOplog: true } as const;

/** An oplog whose oldest entry is of second 1000. */
const oplog = () => ({
  cursor: toBytes([
    [
      'firstBatch',
      {
        type: 'array',
        value: [{ type: 'document', value: [['ts', { type: 'timestamp', seconds: 1000, increment: 1 }]] }],
      },
    ],
  ]),
});

function watching(run: () => Promise<Readonly<Record<string, unknown>>>, over: Partial<HeadroomDeps> = {}) {
  const measured: [string, number][] = [];
  const log = notingLog();
  const notes: string[] = [];
  const deps: HeadroomDeps = {
    connection: {
      openSession: () => ({
        run: (database) => run().finally(() => notes.push(database)),
        end: async () => void notes.push('end'),
      }),
      close: async () => undefined,
    },
    features: async () => features,
    positionTime: () => 4600,
    metrics: { add: (name, value) => void measured.push([name, value]) },
    log,
    ...over,
  };
  return { watch: watchHeadroom(deps, 1), measured, log, notes };
}

test('the headroom is the time between the oldest entry and the position, and its session is given back', async () => {
  const { measured, notes, watch } = watching(async () => oplog());
  await using _watch = watch;
  await until('two measurements', () => measured.length > 1);
  expect(measured[0]).toEqual(['sourceOplogHeadroom', 3600]);
  expect(notes.slice(0, 2)).toEqual(['local', 'end']);
});

test('a position that the oplog has passed has no headroom', async () => {
  const { measured, watch } = watching(async () => oplog(), { positionTime: () => 900 });
  await using _watch = watch;
  await until('a measurement', () => measured.length > 0);
  expect(measured[0]).toEqual(['sourceOplogHeadroom', 0]);
});

test('a failure is no more than a line for debugging, and the next try counts', async () => {
  let tries = 0;
  const { log, measured, watch } = watching(async () => {
    if (tries++ === 0) throw new Error('not authorized on local');
    return oplog();
  });
  await using _watch = watch;
  await until('a measurement', () => measured.length > 0);
  expect(log.lines.map(({ level }) => level)).toEqual(['debug']);
});

test.each([
  ['the oplog cannot be read', { ...features, readsOplog: false }, 4600],
  ['there is no position yet', features, undefined],
])('nothing is asked where %s', async (_, found, position) => {
  let turns = 0;
  const { notes, watch } = watching(async () => oplog(), {
    features: async () => found,
    positionTime() {
      turns += 1;
      return position;
    },
  });
  await until('some turns', () => turns > 3);
  await watch[Symbol.asyncDispose]();
  expect(notes).toEqual([]);
});

test('its end waits for the question that is under way', async () => {
  let answer = (): void => undefined;
  const { notes, watch } = watching(
    () =>
      new Promise((resolve) => {
        answer = () => resolve(oplog());
      }),
  );
  const ended = watch[Symbol.asyncDispose]();
  await sleep(5);
  expect(notes).toEqual([]);
  answer();
  await ended;
  expect(notes).toEqual(['local', 'end']);
});
