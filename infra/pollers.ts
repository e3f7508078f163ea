import type { EnvironmentSettings } from './environment-schema.ts';

type SinkSettings = Pick<EnvironmentSettings['sink'], 'pollers' | 'errorControls'>;

/** Enough for a burst of a topic with a handful of partitions, and little where mappings share what is paid for. */
const USUAL_MAXIMUM = 5;

/** The provisioned pollers of a mapping, nothing where they come on demand. Lambda starts at most one per partition. */
export function pollersOf(
  { pollers }: SinkSettings,
  partitions: number = Number.POSITIVE_INFINITY,
): { readonly minimum: number; readonly maximum: number } | undefined {
  if (pollers.mode === 'on-demand') return undefined;
  const { minimum, maximum = Math.max(minimum, USUAL_MAXIMUM) } = pollers;
  return { minimum: Math.min(minimum, partitions), maximum: Math.min(maximum, partitions) };
}

/** What a mapping does about a batch that fails: only provisioned pollers can do any of it. */
export function errorControlsOf({ errorControls, pollers }: SinkSettings): {
  readonly partialBatchResponse: boolean;
  readonly bisectBatch: boolean;
} {
  const isProvisioned = pollers.mode === 'provisioned';
  const { bisectBatch = isProvisioned, partialBatchResponse = isProvisioned } = errorControls;
  return { partialBatchResponse, bisectBatch };
}
