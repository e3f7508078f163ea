import type { SourceDeps, SourceOffset } from '../../../../connect/connector.ts';
import type { SourceConfig } from '../properties.ts';
import { partitionOf } from '../source-partition.ts';
import { startupModeOf } from '../startup-mode.ts';
import type { StartPoint } from '../watch-command.ts';
import { beginCopy, COPY_ITEMS, type CopyPlan, decideCopy, planOf } from './copy-plan.ts';

/** A copy that has to be made. */
export type OpenCopy = {
  readonly plan: CopyPlan;
  /** It was begun by this task. */
  readonly isNew: boolean;
  /** Where its change stream goes on, if no token is stored. */
  readonly start: StartPoint;
};

/** Decides whether what exists has to be copied, and stores a new copy before any position is. */
export async function openCopy(
  config: SourceConfig,
  offset: SourceOffset | undefined,
  deps: Pick<SourceDeps, 'items' | 'log' | 'now'>,
): Promise<OpenCopy | undefined> {
  const mode = startupModeOf(config);
  const partition = JSON.stringify(partitionOf(config));
  const decision = decideCopy({ mode, offset, plan: planOf(await deps.items.list(COPY_ITEMS)), partition });
  switch (decision.kind) {
    case 'none':
      return undefined;
    case 'waits':
      deps.log.warn('A copy of existing data is not finished; it goes on once startup.mode is copy_existing again', {
        documents: decision.plan.documents,
      });
      return undefined;
    case 'begin':
      return { plan: await beginCopy('startup', partition, deps), isNew: true, start: undefined };
    case 'continue': {
      const { startTime } = decision.plan;
      return { plan: decision.plan, isNew: false, start: startTime && { startAtOperationTime: startTime } };
    }
  }
}

/** A new copy of what is watched, whatever startup.mode is: it heals a lost position. Its records carry a header. */
export async function openHealingCopy(
  config: SourceConfig,
  deps: Pick<SourceDeps, 'items' | 'now'>,
): Promise<OpenCopy> {
  return {
    plan: await beginCopy('position-lost', JSON.stringify(partitionOf(config)), deps),
    isNew: true,
    start: undefined,
  };
}
