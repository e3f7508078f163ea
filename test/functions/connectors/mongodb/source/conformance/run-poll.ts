import type { SourceBatch, SourceDeps } from '../../../../../../functions/connect/connector.ts';
import { poll } from '../../../../../../functions/connectors/mongodb/source/poll.ts';
import type { SourceConfig } from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { partitionOf } from '../../../../../../functions/connectors/mongodb/source/source-partition.ts';
import { probeOf, silentProbe, sourceDeps, storedAt } from '../../../../../support/source-deps.ts';
import type { Case } from './case-file.ts';
import { type Copied, type Opened, scriptedStream } from './scripted-stream.ts';

export type PollResult = {
  readonly batches: readonly SourceBatch[];
  readonly opened: readonly Opened[];
  readonly copies: readonly Copied[];
  readonly error?: unknown;
};

/**
 * Reads the script of a case to its end, and as many empty replies behind it as the case has polls. `splits`: whether
 * the server is one that splits large events; without that a member that is called splitEvent is the pipeline's own.
 */
export async function runPoll(
  vector: Case,
  config: SourceConfig,
  splits = false,
  over: Partial<SourceDeps> = {},
): Promise<PollResult> {
  const stop = new AbortController();
  let idle = 0;
  const stream = scriptedStream(vector, () => {
    idle++;
    // one more than needed: the reply before must have been taken
    if (idle > (vector.polls ?? 1) + 1) stop.abort();
  });
  const { storedOffset, storedPartition } = vector;
  const isStored = storedPartition === undefined || storedPartition === partitionOf(config).ns;
  const batches: SourceBatch[] = [];
  const stored = storedAt(config, isStored ? storedOffset : undefined);
  const polled = poll(config, stored, sourceDeps(over), stop.signal, {
    fewestEvents: 1,
    connect: () => stream,
    probe: splits ? probeOf('7.0.0') : silentProbe,
    random: () => 0,
  });
  try {
    for await (const batch of polled) batches.push(batch);
    return { batches, ...stream };
  } catch (error) {
    return { batches, ...stream, error };
  }
}
