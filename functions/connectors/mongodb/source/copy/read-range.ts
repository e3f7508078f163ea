import type { Document } from 'mongodb';
import { documentOf, findElement } from '../../bson/element-reader.ts';
import { NS_STAND_IN, type PipelineKind } from './copied-pipeline.ts';
import type { CopyReader } from './copy-reader.ts';
import { type Bound, type Bracket, bracketNamed, toBound, toCondition } from './id-brackets.ts';
import type { Range, RangeProgress } from './range.ts';
import { walk } from './split-namespace.ts';

/** Copied events of a range, and how far it is once they are handed over. */
export type Piece = RangeProgress & {
  readonly events: readonly Buffer[];
  /** The first one of a range that was not known before: it has no events, so that the range is stored before it is read. */
  readonly isNew?: boolean;
};

/** How a namespace is read. */
export type Reading = {
  readonly kind: PipelineKind;
  /** What makes copied events of its documents. */
  readonly pipeline: readonly Document[];
  readonly allowDiskUse: boolean;
  /** Most documents of a reply, and of a slice where only its end says how far the range is. */
  readonly replyDocuments: number;
};

/**
 * Reads a range from where it is to its end; the last piece has no events.
 *
 * After a passing failure it goes on behind the last piece that says how far it is, so events may come twice.
 */
export async function* readRange(start: RangeProgress, reading: Reading, reader: CopyReader): AsyncGenerator<Piece> {
  const { range } = start;
  const tries = reader.tries();
  let lastId = start.lastId;
  for (;;) {
    try {
      for await (const piece of piecesOf(range, lastId, reading, reader)) {
        tries.worked();
        lastId = piece.lastId;
        yield piece;
      }
      yield { range, lastId, done: true, events: [] };
      return;
    } catch (error) {
      await tries.failed(error);
    }
  }
}

/** Whether a range can be left and gone on with later, without reading all of it again. */
export const canPause = ({ bracket }: Range): boolean => bracket !== undefined && bracketNamed(bracket).isOrdered;

async function* piecesOf(
  range: Range,
  lastId: Bound | undefined,
  reading: Reading,
  reader: CopyReader,
): AsyncGenerator<Piece> {
  const bracket = range.bracket && bracketNamed(range.bracket);
  if (!bracket?.isOrdered) {
    const stages = bracket ? [{ $match: { _id: bracket.all } }] : [];
    for await (const events of read(range, stages, reading, reader)) yield { range, lastId, done: false, events };
  } else if (reading.kind === 'ids') {
    yield* inOrder(range, bracket, lastId, reading, reader);
  } else {
    yield* bySlices(range, bracket, lastId, reading, reader);
  }
}

/** In the order of `_id`, so that the last event of a reply says how far the range is. */
async function* inOrder(
  range: Range,
  bracket: Bracket,
  start: Bound | undefined,
  reading: Reading,
  reader: CopyReader,
): AsyncGenerator<Piece> {
  const stages = [{ $match: { _id: toCondition(bracket, start ?? range.from, range.to) } }, { $sort: { _id: 1 } }];
  let lastId = start;
  for await (const events of read(range, stages, reading, reader)) {
    lastId = lastIdOf(events) ?? lastId;
    yield { range, lastId, done: false, events };
  }
}

/** By slices whose ends are looked up first, because the stages may have changed or left out what came from there. */
async function* bySlices(
  range: Range,
  bracket: Bracket,
  start: Bound | undefined,
  reading: Reading,
  reader: CopyReader,
): AsyncGenerator<Piece> {
  let lastId = start;
  let to: Bound | undefined;
  do {
    const from = lastId ?? range.from;
    to = await walk(range.namespace, toCondition(bracket, from, range.to), reading.replyDocuments, reader);
    const stages = [{ $match: { _id: toCondition(bracket, from, to ?? range.to) } }];
    for await (const events of read(range, stages, reading, reader)) yield { range, lastId, done: false, events };
    lastId = to ?? lastId;
    yield { range, lastId, done: false, events: [] };
  } while (to);
}

async function* read(
  { namespace }: Range,
  stages: readonly Document[],
  { pipeline, allowDiskUse, replyDocuments }: Reading,
  { documents }: CopyReader,
): AsyncGenerator<readonly Buffer[]> {
  const command = { aggregate: namespace.collection, pipeline: [...stages, ...pipeline], allowDiskUse };
  for await (const events of documents(namespace.database, command, replyDocuments)) yield events.map(withNs);
}

/** The stand-in becomes `ns`: two bytes of the event. */
function withNs(event: Buffer): Buffer {
  const standIn = findElement(event, NS_STAND_IN);
  if (standIn) event.write('ns', standIn.start - NS_STAND_IN.length - 1, 'latin1');
  return event;
}

/** The `_id` of the document that the last event was made of. */
function lastIdOf(events: readonly Buffer[]): Bound | undefined {
  const event = events.at(-1);
  const id = event && documentOf(event, findElement(event, '_id'));
  return id && findElement(id, 'copyingData') ? toBound(id) : undefined;
}
