import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { projectFolder } from '../folders.ts';
import { localKafka } from '../kafka-client.ts';
import type { Launcher } from '../launcher.ts';
import { say } from '../terminal.ts';

export const TOPIC = 'cinema.movies';

/** What the demo's acts work with. */
export type Stage = AsyncDisposable & {
  readonly source: Collection;
  readonly sink: Collection;
  /** Documents in the source, records in the topic, documents in the sink. */
  counts(): Promise<{ source: number; topic: number; sink: number }>;
  /** Runs the command as a user would, shows it, and returns what it printed. */
  tailrace(...args: readonly string[]): Promise<string>;
};

export async function openStage(launcher: Launcher): Promise<Stage> {
  const { kafkaBootstrapServers, mongodbUri } = launcher.services;
  const client = await new MongoClient(mongodbUri).connect();
  const admin = localKafka(kafkaBootstrapServers).admin();
  await admin.connect();
  const source = client.db('cinema').collection<Document>('movies');
  const sink = client.db('cinema_copy').collection<Document>('movies');
  return {
    source,
    sink,
    counts: async () => ({
      source: await source.countDocuments(),
      topic: await recordsIn(admin),
      sink: await sink.countDocuments(),
    }),
    tailrace,
    async [Symbol.asyncDispose]() {
      await admin.disconnect();
      await client.close();
    },
  };
}

async function recordsIn(admin: Admin): Promise<number> {
  const partitions = await admin.fetchTopicOffsets(TOPIC);
  return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

async function tailrace(...args: readonly string[]): Promise<string> {
  say(`  $ npx tailrace ${args.join(' ')}`);
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['cli/main.ts', ...args], { cwd: projectFolder }, (error, stdout, stderr) =>
      error ? reject(new Error(`tailrace ${args.join(' ')} failed: ${stderr || error.message}`)) : resolve(stdout),
    );
  });
  say(printed.trimEnd().replace(/^/gm, '    '));
  return printed;
}

/** Asks again and again until it is true; false if it was not within the time. */
export async function eventually(isSo: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) return false;
    await sleep(150);
  }
  return true;
}
