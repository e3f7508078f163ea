import * as z from 'zod';
import { EXIT, Failure } from '../failure.ts';

const answer = z.object({
  connectors: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['source', 'sink']),
      state: z.string(),
      lag: z.unknown().optional(),
      rate: z.unknown().optional(),
      deadLetters: z.number().optional(),
      detail: z.string().nullish(),
    }),
  ),
});

/** What a launcher on this machine says about a connector that it runs. */
export type LocalStatus = z.output<typeof answer>['connectors'][number];

const TIMEOUT_MS = 3000;

/** Asks the launcher of this machine. */
export async function askLocalStatus(statusUrl: string): Promise<LocalStatus[]> {
  const response = await fetch(statusUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const { data, error } = answer.safeParse(await response.json());
  if (!data) throw new Failure(EXIT.failed, `Expected a list of connectors from ${statusUrl}`, error);
  return data.connectors;
}
