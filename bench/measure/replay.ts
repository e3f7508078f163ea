import { join } from 'node:path';
import type { ManagedProcess, Run } from '../../infra/local/processes.ts';
import type { Question } from '../replay-server/main.ts';
import { ask, nextMessage } from './messages.ts';

const REPLAY_SERVER = join(import.meta.dirname, '../replay-server/main.ts');

/** What a bench lets its user choose of the replayed data; the names are those of the server's own options. */
export const DATA_OPTIONS = {
  size: { default: 1024, what: 'bytes of a document: 300, 1024, 5120 and 51200 are the usual ones' },
  mix: { default: 'insert=100', what: 'per cent of insert, update, replace and delete: insert=40,update=40,...' },
  collections: { default: 1, what: 'collections that the events are spread over: 1 or 100' },
} as const;

export type ReplayData = {
  readonly events: number;
  readonly size: number;
  readonly mix: string;
  readonly collections: number;
};

export type Replay = {
  readonly uri: string;
  readonly server: ManagedProcess;
  /** Adds events in real time, and resolves with when each became available (`live-events.ts`). */
  add(perSecond: number, count: number): Promise<readonly number[]>;
};

/** The server that replays change events, in a process of its own. */
export async function startReplayServer(run: Run, data: ReplayData): Promise<Replay> {
  const { collections, events, mix, size } = data;
  const args = Object.entries({ events, size, mix, collections }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  const server = run.start('replay-server', process.execPath, [REPLAY_SERVER, ...args], { ipc: true });
  const { uri } = await nextMessage<{ readonly uri: string }>(server);
  return {
    uri,
    server,
    add: async (perSecond, count) => {
      const question: Question = { add: { perSecond, count } };
      return (await ask<{ readonly times: readonly number[] }>(server, question)).times;
    },
  };
}
