import { MongoClient, ObjectId } from 'mongodb';
import { expect, test } from 'vitest';
import { openReplayServer } from '../../../bench/replay-server/open-replay-server.ts';

async function connect(wireVersion?: number) {
  const data = { events: 0, documentBytes: 1024, collections: 1, mix: { insert: 100 } };
  const server = await openReplayServer({ port: 0, ...data, ...(wireVersion !== undefined && { wireVersion }) });
  const client = await MongoClient.connect(server.uri);
  return {
    server,
    client,
    collection: client.db('rig').collection('c'),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const id = (number: number) => ObjectId.createFromTime(number);
const replace = (_id: ObjectId) => ({ replaceOne: { filter: { _id }, replacement: { n: 1 }, upsert: true } });

test('the replay server of the bench acknowledges every operation of a bulk write, and counts the commands', async () => {
  await using replay = await connect();
  const { collection, server } = replay;
  await collection.insertMany([{ _id: id(1) }, { _id: id(2) }, { _id: id(3) }]);
  const written = await collection.bulkWrite([
    replace(id(1)),
    replace(id(2)),
    { deleteOne: { filter: { _id: id(3) } } },
  ]);
  expect(written).toMatchObject({ matchedCount: 2, modifiedCount: 2, deletedCount: 1 });
  // in the body of the command, and not behind it
  await replay.client.db('rig').command({ update: 'c', updates: [{ q: {}, u: { $set: { n: 2 } } }] });
  expect(server.writes).toEqual({ documents: 7, commands: 4 });
});

test.each([true, false])(
  'the replay server acknowledges the bulk write of clients (verbose: %s)',
  async (isVerbose) => {
    await using replay = await connect(25);
    const namespace = 'rig.c';
    const result = await replay.client.bulkWrite(
      [
        { namespace, name: 'insertOne', document: { _id: id(1) } },
        { namespace, name: 'replaceOne', filter: { _id: id(2) }, replacement: { n: 1 } },
        { namespace, name: 'deleteOne', filter: { _id: id(3) } },
      ],
      { verboseResults: isVerbose },
    );
    expect(result).toMatchObject({ insertedCount: 1, matchedCount: 1, modifiedCount: 1, deletedCount: 1 });
    expect(result.deleteResults?.size).toBe(isVerbose ? 1 : undefined);
    expect(replay.server.writes).toEqual({ documents: 3, commands: 1 });
  },
);
