import { setInterval as every } from 'node:timers/promises';
import type { MappingStats } from './event-source-mapping/mapping.ts';
import type { Launcher, RunningSink } from './launcher.ts';
import type { SourceService } from './source-service.ts';

/** What one connector on this machine does; `statusUrl` answers with these. */
export type ConnectorStatus = {
  readonly name: string;
  readonly type: 'source' | 'sink';
  readonly state: string;
  /** For people: `2 s` behind the database, `120 records` not written yet. */
  readonly lag: string;
  /** Records per second since the last sample. */
  readonly rate: number;
  /** Records handled since the start of the task or mapping. */
  readonly records: number;
  readonly deadLetters: number;
  /** Why it does not work just now. */
  readonly detail?: string | undefined;
};

type Sample = Omit<ConnectorStatus, 'rate' | 'deadLetters'>;

/** Samples the connectors at every interval; `latest` are the newest facts. */
export function watchConnectors(
  launcher: Launcher,
  intervalMs: number,
  onSample: (connectors: readonly ConnectorStatus[]) => void,
): AsyncDisposable & { latest(): readonly ConnectorStatus[] } {
  const ended = new AbortController();
  let latest: readonly ConnectorStatus[] = [];

  async function sample(): Promise<void> {
    const samples = await Promise.all([...launcher.sources.map(sampleSource), ...launcher.sinks.map(sampleSink)]);
    latest = samples.map((now) => {
      const before = latest.find(({ name }) => name === now.name)?.records ?? 0;
      // a task that was started again counts from 0
      const rate = Math.round((Math.max(0, now.records - before) * 1000) / intervalMs);
      return { ...now, rate, deadLetters: launcher.services.deadLettersOf(now.name) };
    });
    onSample(latest);
  }

  async function watch(): Promise<void> {
    await sample();
    for await (const _ of every(intervalMs, undefined, { signal: ended.signal })) await sample();
  }
  const watching = watch().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });

  return {
    latest: () => latest,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

async function sampleSource(source: SourceService): Promise<Sample> {
  const { name } = source;
  const health = await source.health();
  if (!health) return { name, type: 'source', state: 'starting', lag: '-', records: 0 };
  const { healthy, lagSeconds, reason, records, state } = health;
  return {
    name,
    type: 'source',
    state: healthy ? state : `${state}, stuck`,
    lag: `${lagSeconds} s`,
    records,
    detail: reason,
  };
}

const STATES_BY_WEIGHT: readonly MappingStats['state'][] = ['retrying', 'connecting', 'stopped', 'reading'];

async function sampleSink({ mappings, name }: RunningSink): Promise<Sample> {
  const stats = mappings.map((mapping) => mapping.stats());
  const total = (count: (stats: MappingStats) => number) => stats.reduce((sum, each) => sum + count(each), 0);
  return {
    name,
    type: 'sink',
    state: STATES_BY_WEIGHT.find((state) => stats.some((each) => each.state === state)) ?? 'stopped',
    lag: `${total(({ lag }) => lag)} records`,
    records: total(({ records }) => records),
    detail: stats.find(({ detail }) => detail)?.detail,
  };
}

/** One line for people. */
export function toStatusLine(
  { deadLetters, detail, lag, name, rate, state, type }: ConnectorStatus,
  width: number,
): string {
  const facts = `${state.padEnd(11)} lag ${lag.padEnd(12)} ${`${rate}/s`.padEnd(9)} ${deadLetters} dead ${deadLetters === 1 ? 'letter' : 'letters'}`;
  return `${name.padEnd(width)} ${type.padEnd(6)} ${facts}${detail ? `  (${detail})` : ''}`;
}
