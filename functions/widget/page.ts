import { type Html, html } from './html.ts';
import type { LetterRow } from './letter-row.ts';

export type PageFacts = {
  /** Of the stacks, such as `prod`. */
  readonly environment: string;
  readonly deadLetterQueueUrl: string;
  readonly replayQueue: string;
};

export type Letters = {
  /** Newest first. */
  readonly rows: readonly LetterRow[];
  /** How many were looked at: of a long queue not all. */
  readonly read: number;
  readonly waiting: number;
  readonly beingRead: number;
};

/** What CloudWatch shows: its own styles for text, links and tables, in the light and in the dark theme. */
const STYLE = html`<style>
.tailrace table { width: 100%; border-collapse: collapse }
.tailrace th, .tailrace td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0 }
.tailrace .fixed { white-space: nowrap }
.tailrace .text { overflow-wrap: anywhere; white-space: pre-wrap }
.tailrace .quiet { opacity: 0.7 }
</style>`;

const page = (...parts: readonly Html[]): string => html`<div class="tailrace">${STYLE}${parts}</div>`.markup;

/** The page of the newest dead letters, or of none. */
export function toPage({ beingRead, read, rows, waiting }: Letters, facts: PageFacts): string {
  const being = beingRead > 0 ? html`<p>${beingRead} more being read or sent again just now.</p>` : html``;
  if (rows.length === 0 && waiting > 0) return page(html`<p>${counted(waiting)}, none could be read now.</p>`, being);
  if (rows.length === 0) return page(html`<p>No dead letter waits.</p>`, being);
  const shown = rows.length < waiting ? `, the newest ${rows.length} of ${read} that were looked at` : ', newest first';
  return page(
    html`<p><b>${counted(waiting)}</b>${shown}. Documents are not shown.</p>`,
    html`<table><thead><tr><th>Failed at (UTC)</th><th>Connector</th><th>Record</th><th>Key</th><th>Error</th><th>Tries</th></tr></thead>
<tbody>${rows.map(toTableRow)}</tbody></table>`,
    being,
    whatToDo(rows, facts),
  );
}

/** The page of a queue that can't be read. */
export const toFailurePage = (reason: string, { environment }: PageFacts): string =>
  page(
    html`<p><b>The dead letter queue could not be read</b>: ${reason}</p>`,
    html`<p>Nothing is lost by that. Read it with <code>npx tailrace dead-letters list --env ${environment}</code>, and see the log of the function <code>tailrace-${environment}-widget</code>.</p>`,
  );

const toTableRow = (row: LetterRow): Html => html`<tr>
<td class="fixed">${timeOf(row.failedAt)}<br><code class="quiet">${row.id}</code></td>
<td>${row.connector}</td>
<td class="text"><code>${row.position}</code>${row.kind === 'source' ? html`<br><span class="quiet">change event of a source</span>` : html``}</td>
<td class="text"><code>${row.key}</code></td>
<td class="text">${row.code ? html`<b>${row.code}</b> ${row.meaning}<br>` : html`<b>Not a dead letter of Tailrace.</b><br>`}<span class="quiet">${row.sentence}</span></td>
<td>${row.attempts}</td>
</tr>`;

function whatToDo(rows: readonly LetterRow[], { deadLetterQueueUrl, environment, replayQueue }: PageFacts): Html {
  const hasSource = rows.some(({ kind }) => kind === 'source');
  return html`<p>All of one: <code>npx tailrace dead-letters show ${rows[0]?.id ?? ''} --env ${environment}</code>. Once the cause is mended:
<code>npx tailrace dead-letters redrive --all --env ${environment}</code>, or “Start DLQ redrive” of ${linkTo(deadLetterQueueUrl)} with the custom destination <code>${replayQueue}</code>.${
    hasSource ? ' Those of sources stay: any change of the document publishes it anew.' : ''
  }</p>`;
}

/** The queue in the SQS console, where the URL is one of the regions that this console serves. */
function linkTo(queueUrl: string): Html {
  const [, region, name = 'the queue'] =
    /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com\/\d+\/(.+)$/.exec(queueUrl) ?? [];
  if (region === undefined) return html`the dead letter queue`;
  const console = `https://${region}.console.aws.amazon.com/sqs/v3/home?region=${region}`;
  return html`<a href="${console}#/queues/${encodeURIComponent(queueUrl)}" target="_blank" rel="noopener">${name}</a>`;
}

const counted = (count: number): string => `${count} dead letter${count === 1 ? ' waits' : 's wait'}`;

/** `2026-11-24 19:03:11`; a letter of nowhere may have no time. */
const timeOf = (ms: number): string =>
  Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString().replace('T', ' ').slice(0, 19) : '–';
