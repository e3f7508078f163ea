import type { Cluster } from './cluster.ts';
import { claimProducerId, type ProducerIdentity, type ProducerIdOptions } from './producer-id.ts';

/** The producer's id and epoch, as all of its lanes use it. */
export type Identity = {
  readonly current: ProducerIdentity;
  /** Raises the epoch, unless it was raised since `from` was read; calls side by side raise it once. */
  raise(from: ProducerIdentity): Promise<void>;
};

export async function openIdentity(cluster: Cluster, options: ProducerIdOptions): Promise<Identity> {
  let current = await claimProducerId(cluster, options);
  let raising: Promise<void> | undefined;

  async function claimAgain(): Promise<void> {
    current = await claimProducerId(cluster, options, current);
  }

  return {
    get current() {
      return current;
    },
    async raise(from) {
      if (from.epoch !== current.epoch || from.producerId !== current.producerId) return;
      raising ??= claimAgain().finally(() => {
        raising = undefined;
      });
      await raising;
    },
  };
}
