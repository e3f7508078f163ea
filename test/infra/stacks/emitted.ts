import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSource } from '../../../functions/source/run-source.ts';
import { notingLog } from '../../support/silent-log.ts';
import { until } from '../../support/until.ts';

/** One line of the embedded metric format: what CloudWatch takes from a log. */
export type EmittedLine = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

/** What `act` writes to the standard output in that format. */
export async function emittedBy(act: () => Promise<unknown>): Promise<EmittedLine[]> {
  const lines: EmittedLine[] = [];
  const write = process.stdout.write;
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const text = String(chunk);
    if (!text.includes('"_aws"')) return (write as (...all: unknown[]) => boolean).call(process.stdout, chunk, ...rest);
    lines.push(JSON.parse(text));
    return true;
  };
  try {
    await act();
  } finally {
    process.stdout.write = write;
  }
  return lines;
}

/** A source task of that environment whose connector file is broken, from its start until it is told to stop. */
export async function runBrokenSource(environment: string, connector: string): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'tailrace-')), 'connector.json');
  writeFileSync(file, '{');
  const stop = new AbortController();
  const log = notingLog();
  const running = runSource(
    {
      TAILRACE_ENVIRONMENT: environment,
      TAILRACE_CONNECTOR: connector,
      TAILRACE_CONNECTOR_FILE: file,
      TAILRACE_TABLE: 'positions',
      TAILRACE_HEALTH_PORT: '0',
    },
    { log, owner: 'test', defaultConnectorFile: file, now: Date.now, monotonic: () => performance.now() },
    stop.signal,
  );
  await until('the task to stop', () => log.lines.some(({ level }) => level === 'error'));
  stop.abort();
  await running;
}
