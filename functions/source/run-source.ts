import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setInterval as every } from 'node:timers/promises';
import { createMetrics, type FlushedMetrics } from '../aws/metrics.ts';
import { awsSecretSources, resolvePlaceholders } from '../aws/secrets.ts';
import { configure } from '../connect/configure.ts';
import type { JobThread } from '../connect/connector.ts';
import { ConfigError, ConnectorError, messageOf } from '../connect/errors.ts';
import type { Log } from '../connect/log.ts';
import { sourceConnectorOf } from '../connectors/sources.ts';
import { connectAdapters } from './connect-adapters.ts';
import { EXIT_CODES, type ExitCode, reportFailure } from './exit-codes.ts';
import { serveHealth } from './health-server.ts';
import { parseSettings, type Settings } from './settings.ts';
import { runTask, type TaskConfig } from './task.ts';
import { type TaskState, type TaskStatus, trackStatus } from './task-status.ts';

export type RunDeps = {
  readonly log: Log;
  readonly owner: string;
  readonly defaultConnectorFile: string;
  /** Starts a thread of the connector; absent where all is done in one. */
  readonly startThread?: (config: unknown) => JobThread;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
};

const DEFAULT_DELIVERY_TIMEOUT_MS = 120_000;
const METRICS_INTERVAL_MS = 10_000;
/** Over the time that an aggregation of the copy may be silent: one that sorts or groups a large collection is. */
const COPY_TIMEOUT_MS = 660_000;

/** Runs the task from environment to exit code; never throws. */
export async function runSource(
  environment: Readonly<Record<string, string | undefined>>,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { log } = deps;
  try {
    const settings = parseSettings(environment);
    const status = trackStatus(limitsOf({}), deps);
    await using _health = await serveHealth(settings.TAILRACE_HEALTH_PORT, () => status.health());
    return await runUntilStopped(environment, settings, status, deps, signal);
  } catch (error) {
    return reportFailure(error, log);
  }
}

async function runUntilStopped(
  environment: Readonly<Record<string, string | undefined>>,
  settings: Settings,
  status: TaskStatus,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { log } = deps;
  const file = settings.TAILRACE_CONNECTOR_FILE ?? deps.defaultConnectorFile;
  const metrics = createMetrics({
    service: 'tailrace-source',
    environment: settings.TAILRACE_ENVIRONMENT,
    // known before the connector file is: also one that can't be read has to raise its alarm
    connector: settings.TAILRACE_CONNECTOR,
  });
  const ended = new AbortController();
  const flushing = flushRegularly(metrics, status, ended.signal);
  try {
    await withFreshSecrets(status, log, async () => {
      const { config, connector, name, warnings } = await loadConnector(file, environment);
      for (const warning of warnings) log.warn('Configuration warning', { file, warning });
      status.limit(limitsOf(config.originals));
      const adapters = connectAdapters(settings, config, { ...deps, metrics });
      const options = { owner: deps.owner, leaseMs: settings.TAILRACE_LEASE_MS };
      log.info('Started', { connector: name });
      await runTask(
        connector,
        config,
        options,
        { ...deps, ...adapters, metrics, status, threads: threadsOf(deps, settings) },
        signal,
      );
      log.info('Drained', { connector: name });
    });
    return EXIT_CODES.drained;
  } catch (error) {
    if (signal.aborted && !(error instanceof ConnectorError)) return EXIT_CODES.drained;
    const exitCode = reportFailure(error, log, file);
    if (exitCode === EXIT_CODES.stopped) await stayStopped(settings, status, metrics, messageOf(error), signal);
    return exitCode;
  } finally {
    ended.abort();
    await flushing;
    metrics.flush();
  }
}

/**
 * Runs the task from its file on; after a refused login once more, as the secrets may have been changed meanwhile. A
 * login that is refused twice in a row, with nothing read in between, is the operator's to mend.
 */
export async function withFreshSecrets(
  status: Pick<TaskStatus, 'state'>,
  log: Log,
  run: () => Promise<void>,
): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await run();
    } catch (error) {
      const isLogin = error instanceof ConnectorError && error.details.isLogin === true;
      if (!isLogin || !(isFirst || HAS_READ.has(status.state))) throw error;
      log.warn('The login was refused; reading the secrets again', { code: error.code, reason: error.message });
    }
  }
}

/** States behind a login that worked. */
const HAS_READ: ReadonlySet<TaskState> = new Set(['copying', 'streaming']);

/** What the task has of processors is known to who placed it; a container may see all of its machine's. */
const threadsOf = ({ startThread }: RunDeps, { TAILRACE_VCPUS: vcpus = availableParallelism() }: Settings) =>
  startThread && { vcpus, start: startThread };

async function loadConnector(file: string, environment: Readonly<Record<string, string | undefined>>) {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError([{ property: '', message: `Can't read the connector file: ${messageOf(error)}` }]);
  });
  return configure(text, sourceConnectorOf, (properties) =>
    resolvePlaceholders(
      properties,
      awsSecretSources((name) => environment[name]),
    ),
  );
}

/**
 * In AWS a task that a person has to mend stays up, healthy, with the alarm metric at 1: ending it would only start it
 * again and again. On one machine the process ends.
 */
async function stayStopped(
  settings: Settings,
  status: TaskStatus,
  metrics: FlushedMetrics,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  status.enter('stopped', { reason });
  if (settings.TAILRACE_ENVIRONMENT === 'local') return;
  const repeat = async () => {
    for await (const _ of every(METRICS_INTERVAL_MS, undefined, { signal })) metrics.add('sourceStopped', 1);
  };
  metrics.add('sourceStopped', 1);
  await repeat().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function flushRegularly(metrics: FlushedMetrics, status: TaskStatus, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of every(METRICS_INTERVAL_MS, undefined, { signal })) {
      const age = status.tokenAgeSeconds();
      // also while nothing moves: that is when it grows
      if (age !== undefined) metrics.add('sourceTokenAge', age);
      metrics.flush();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function limitsOf(originals: TaskConfig['originals']) {
  const deliveryMs = Number(originals['producer.override.delivery.timeout.ms'] ?? DEFAULT_DELIVERY_TIMEOUT_MS);
  const pollMs = Number(originals['poll.await.time.ms'] ?? 5000);
  // a little more than the limit itself, so that the task's own error comes first
  return {
    deliveryTimeoutMs: deliveryMs + 10_000,
    streamTimeoutMs: pollMs + 25_000,
    copyTimeoutMs: COPY_TIMEOUT_MS,
    openTimeoutMs: 60_000,
  };
}
