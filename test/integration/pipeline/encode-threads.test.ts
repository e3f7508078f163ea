import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Document } from 'mongodb';
import { expect, test } from 'vitest';
import { openFakeMongodb } from '../../support/fake-mongodb.ts';
import { openSourceTasks } from '../../support/source-tasks.ts';

const EVENTS = 500;

/** What Linux calls the threads of a process; nothing elsewhere. */
const threadNames = (pid: number): readonly string[] =>
  existsSync(`/proc/${pid}/task`)
    ? readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trim())
    : ['WorkerThread'];

test('the bundled task publishes what its threads made, each event once and in order (wire-level fake)', async () => {
  await using fake = await openFakeMongodb({ servers: 1 });
  const database = `fake_${randomUUID().slice(0, 8)}`;
  const properties = { 'connection.uri': fake.uri, database, collection: 'orders', 'encode.threads': '1' };
  await using tasks = await openSourceTasks(`${database}.orders`, properties);
  const first = await tasks.start();
  await first.streams();
  expect(threadNames(first.pid)).toContain('WorkerThread');
  expect(await first.drain()).toBe(0);

  const ids = Array.from({ length: EVENTS }, (_, id) => id);
  for (const _id of ids) {
    fake.stream.append({
      operationType: 'insert',
      ns: { db: database, coll: 'orders' },
      documentKey: { _id },
      fullDocument: { _id },
    });
  }
  const second = await tasks.start();
  const values = await tasks.values(EVENTS);
  expect(values.map(({ value }) => (value as Document).documentKey._id)).toEqual(ids);
  expect(await second.drain()).toBe(0);
});
