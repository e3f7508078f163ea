import { expect, test } from 'vitest';
import { LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { commandLine, openFolder } from '../../cli/command-line.ts';
import { openPipeline, type Pipeline } from '../../support/pipeline.ts';
import { until } from '../../support/until.ts';

/** The command, which finds the services as it finds what `npm start` runs. */
function openCommand({ name, services }: Pipeline) {
  const folder = openFolder();
  const { deadLetterQueueUrl, dynamodbEndpoint, replayQueueUrl, sqsEndpoint, table } = services;
  const addresses = { pid: process.pid, region: LOCAL_REGION, table, dynamodbEndpoint, sqsEndpoint };
  folder.write('.tailrace/local.json', { ...addresses, deadLetterQueueUrl, replayQueueUrl });
  folder.write('infra/environments/local/environment.json', {});
  return {
    list: async () => (await commandLine(folder, ['dead-letters', 'list', '--connector', `${name}-sink`])).out,
    redrive: () =>
      commandLine(folder, ['dead-letters', 'redrive', '--connector', `${name}-sink`], { now: () => performance.now() }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

test('changes behind a rejected one of their document wait, others flow, and one redrive ends with the newest state', async () => {
  await using pipeline = await openPipeline({
    prepare: async (database) =>
      void (await database.createCollection('copy', { validator: { bad: { $exists: false } } })),
  });
  const { client, name, sink, source, sources } = pipeline;
  using command = openCommand(pipeline);
  await sources[0]!.until('streaming');
  await source.insertOne({ _id: 1 as never, n: 0, bad: true });
  for (let n = 1; n <= 3; n += 1) await source.updateOne({ _id: 1 as never }, { $set: { n, [`field${n}`]: n } });
  await source.insertOne({ _id: 2 as never, n: 0 });
  await until('all of one document wait, and the other is written', async () => {
    const written = await sink.countDocuments({});
    return written === 1 && (await command.list()).at(-1) === `4 dead letters of ${name}-sink`;
  });
  await client.db(`${name}-db`).command({ collMod: 'copy', validator: {} });
  const { exitCode, out } = await command.redrive();
  expect({ exitCode, first: out[0] }).toEqual({ exitCode: 0, first: 'Sent 4 dead letters to the replay queue' });
  await until('the copy is as its source', async () => (await sink.findOne({ _id: 1 as never }))?.n === 3);
  expect(await sink.find().sort({ _id: 1 }).toArray()).toEqual(await source.find().sort({ _id: 1 }).toArray());
  await until('nothing waits', async () => (await command.list()).at(-1) === `0 dead letters of ${name}-sink`);
});
