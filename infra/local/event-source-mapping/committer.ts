import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../functions/connect/errors.ts';
import { committable, type Ledger } from './ledger.ts';
import type { MappingRecord } from './msk-event.ts';

export type CommitterDeps = {
  readonly ledger: () => Ledger;
  /** What was read and has to be delivered, for the first time or again. */
  readonly unsettled: () => readonly MappingRecord[];
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  failed(why: string): void;
};

export type Committer = {
  /** Commits what is settled, now or once the commit under way is through; again after a while where it fails. */
  commitSoon(): void;
  /** Commits what is settled, as far as the group takes it. */
  finish(): Promise<void>;
};

const COMMIT_AGAIN_MS = 1000;

/** One commit at a time; each takes along what was settled meanwhile. */
export function createCommitter({ ledger, unsettled, commit, failed }: CommitterDeps): Committer {
  let underWay: Promise<void> = Promise.resolve();
  let isRunning = false;
  let isFinished = false;

  function commitSoon(): void {
    if (!isRunning) underWay = run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (!isFinished && due(ledger(), unsettled()).size > 0) if (!(await once())) await sleep(COMMIT_AGAIN_MS);
    // in the same step as the last look, so that nobody who asks meanwhile is overheard
    isRunning = false;
  }

  /** Whether the group took it. Where it did not, as it rebalances or its broker is away, records may come twice. */
  async function once(): Promise<boolean> {
    const owners = ledger();
    const offsets = due(owners, unsettled());
    try {
      if (offsets.size > 0) await commit(offsets);
    } catch (error) {
      failed(messageOf(error));
      return false;
    }
    for (const [partition, offset] of offsets) owners.get(partition)!.committed = offset;
    return true;
  }

  return {
    commitSoon,
    async finish() {
      isFinished = true;
      await underWay;
      await once();
    },
  };
}

function due(ledger: Ledger, unsettled: readonly MappingRecord[]): ReadonlyMap<number, number> {
  return new Map(
    [...ledger.values()]
      .map((owned) => ({ owned, offset: committable(owned, unsettled) }))
      .filter(({ owned, offset }) => offset > owned.committed)
      .map(({ owned, offset }) => [owned.partition, offset]),
  );
}
