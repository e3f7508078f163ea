import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type Document, MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import type { MappingOptions } from '../../../infra/local/event-source-mapping/settings.ts';
import { openRun } from '../../../infra/local/processes.ts';
import { type Message, openTopic, startMappedSink } from '../../support/mapped-sink.ts';
import { until } from '../../support/until.ts';
import { CHANGE_STREAMS } from './sinking.ts';

const EVENTS = 10_000;
const DOCUMENTS = 400;
const PARTITIONS = 4;
/** Events that a validator refuses at first, so that responses are partial until it is gone. */
const HELD_EVERY = 2_500;

type State = Map<number, Record<string, unknown>>;
type Kind = 'replace' | 'set' | 'unset' | 'cut' | 'delete';

/** Change events as MongoDB gives them, and what their collection holds after the last one. */
function makeEvents(): { events: Message[]; state: State } {
  const kind = fc.constantFrom<Kind>('replace', 'set', 'set', 'unset', 'cut', 'delete');
  const [choices = []] = fc.sample(
    fc.array(
      fc.record({ _id: fc.nat(DOCUMENTS - 1), kind, field: fc.constantFrom('a', 'b', 'c.d'), keep: fc.nat(2) }),
      {
        minLength: EVENTS,
        maxLength: EVENTS,
      },
    ),
    { numRuns: 1, seed: 11 },
  );
  const state: State = new Map();
  const events = choices.map(({ _id, kind: wanted, field, keep }, n): Message => {
    const isHeld = n % HELD_EVERY === HELD_EVERY - 1;
    const old = state.get(_id);
    const change = isHeld ? 'replace' : old ? wanted : 'replace';
    const documentKey = { _id };
    const key = JSON.stringify(documentKey);
    const event = (more: object) => ({ key, value: JSON.stringify({ documentKey, ...more }) });
    if (change === 'replace') {
      const fullDocument = { _id, n, list: [n, n + 1, n + 2], ...(isHeld && { held: true }) };
      state.set(_id, fullDocument);
      return event({ operationType: old ? 'replace' : 'insert', fullDocument });
    }
    if (change === 'delete') {
      state.delete(_id);
      return event({ operationType: 'delete' });
    }
    const next = structuredClone(old!);
    state.set(_id, next);
    return event({ operationType: 'update', updateDescription: updateOf(change, next, field, keep, n) });
  });
  return { events, state };
}

/** Changes the document as its description says. */
function updateOf(
  kind: 'set' | 'unset' | 'cut',
  document: Record<string, unknown>,
  field: string,
  keep: number,
  n: number,
) {
  const [outer = '', inner] = field.split('.');
  const none = { updatedFields: {}, removedFields: [], truncatedArrays: [] };
  if (kind === 'cut') {
    const list = document.list as unknown[];
    const isLong = list.length > keep;
    if (isLong) list.splice(keep);
    else list.push(n);
    return isLong
      ? { ...none, truncatedArrays: [{ field: 'list', newSize: keep }] }
      : { ...none, updatedFields: { [`list.${list.length - 1}`]: n } };
  }
  if (kind === 'unset') {
    delete document[outer];
    return { ...none, removedFields: [outer] };
  }
  const hasInner = inner !== undefined && outer in document;
  const value = inner === undefined || hasInner ? n : { [inner]: n };
  if (hasInner) (document[outer] as Record<string, unknown>)[inner] = n;
  else document[outer] = value;
  return { ...none, updatedFields: { [hasInner ? field : outer]: value } };
}

test('the same 10,000 events lead to the same documents, with repeats and with both readings of a partial response', async () => {
  const services = inject('services');
  await using run = await openRun();
  await using client = await new MongoClient(services.mongodbUri).connect();
  await using topic = await openTopic(services, PARTITIONS);
  const db = client.db(`repeats-${randomUUID().slice(0, 8)}`);
  const { events, state } = makeEvents();
  for (let from = 0; from < EVENTS; from += 1000) await topic.send(events.slice(from, from + 1000));

  const deliveries: Record<string, Partial<MappingOptions>> = {
    rest: { duplicateRate: 0.2, afterFailure: 'replay-rest' },
    failed: { duplicateRate: 0.2, afterFailure: 'only-failed' },
  };
  await using stack = new AsyncDisposableStack();
  const sinks = await Promise.all(
    Object.entries(deliveries).map(async ([collection, mapping]) => {
      await db.createCollection(collection, { validator: { held: { $exists: false } } });
      const sink = await startMappedSink(run, services, {
        topic: topic.topic,
        properties: {
          'connection.uri': services.mongodbUri,
          database: db.databaseName,
          collection,
          'change.data.capture.handler': CHANGE_STREAMS,
        },
        mapping: { batchSize: 200, ...mapping },
      });
      return { collection, ...stack.use(sink) };
    }),
  );
  // a held record holds its topic-partition alone, so all of them meet theirs
  await Promise.all(
    sinks.map(({ mapping }) => until('responses are partial', () => mapping.stats().failures >= 5, 90_000)),
  );
  for (const { collection } of sinks) await db.command({ collMod: collection, validator: {} });
  const isRead = () => sinks.every(({ mapping }) => mapping.stats().lag === 0);
  await until('everything is written', isRead, 120_000);

  const expected = [...state.values()].sort((a, b) => Number(a._id) - Number(b._id));
  for (const { collection, mapping } of sinks) {
    const found = await db
      .collection<Document>(collection)
      .find({}, { sort: { _id: 1 } })
      .toArray();
    expect(found, collection).toEqual(expected);
    const { batches, failures, records } = mapping.stats();
    console.info(`${collection}: ${records} records, ${batches} invocations, ${failures} failed`);
  }
  await db.dropDatabase();
}, 300_000);
