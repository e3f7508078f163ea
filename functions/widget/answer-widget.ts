import * as z from 'zod';
import { messageOf } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import { toLetterRow } from './letter-row.ts';
import { type PageFacts, toFailurePage, toPage } from './page.ts';
import { type ReadDeps, readLetters } from './read-letters.ts';

export type WidgetDeps = ReadDeps & { readonly log: Log };

/** More rows make a page that nobody reads. */
const MOST_ROWS = 20;

const describing = z.object({ describe: z.literal(true) });

/**
 * Answers a custom widget of a CloudWatch dashboard: Markdown where it asks what the function is, else a page of HTML with
 * the newest dead letters. Never fails: a dashboard would show no more than that it did.
 */
export function answerWidget(facts: PageFacts, deps: WidgetDeps): (event: unknown) => Promise<string> {
  return async (event) => {
    if (describing.safeParse(event).success) return DESCRIPTION;
    try {
      const { beingRead, messages, waiting } = await readLetters(deps);
      const rows = messages.map(toLetterRow).sort((a, b) => b.failedAt - a.failedAt);
      return toPage({ rows: rows.slice(0, MOST_ROWS), read: rows.length, waiting, beingRead }, facts);
    } catch (error) {
      const reason = messageOf(error);
      deps.log.warn('The dead letter queue could not be read', { reason });
      return toFailurePage(reason, facts);
    }
  };
}

const DESCRIPTION = `## Dead letters of Tailrace

The newest dead letters of an environment in words: connector, error, topic, partition, offset, key, time and tries, never a
document. It takes no parameters. It leaves every message in the queue; of a queue of more than ten each one that it looks
at is hidden from others for two seconds.

Who looks at the dashboard needs the right to invoke this function.
`;
