import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunction, bundleSink, bundleSource } from '../bundle.ts';
import type { Environment } from '../environment.ts';
import type { LoadedSink, LoadedSource } from '../environment-connectors.ts';
import { type Names, namesOf } from '../names.ts';
import { errorControlsOf, pollersOf } from '../pollers.ts';
import type { EventSourceMapping } from './event-source-mapping/mapping.ts';
import { startMapping } from './event-source-mapping/start-mapping.ts';
import { startLambdaEndpoint } from './lambda-endpoint.ts';
import { type LocalFunction, localFunction } from './local-function.ts';
import { followLog, toNotice } from './log-follower.ts';
import type { Run } from './processes.ts';
import { pollQueue } from './queue-poller.ts';
import { type Services, startServices } from './services.ts';
import { type SourceService, startSourceService } from './source-service.ts';
import { createTopics } from './topics.ts';

export type LauncherOptions = {
  /** Takes a line about what is being done. */
  readonly report: (line: string) => void;
  /** Takes a warning or an error that a connector logs. */
  readonly notice: (connector: string, line: string) => void;
  /** Default: 10 s, as in AWS. */
  readonly leaseMs?: number;
  readonly env?: NodeJS.ProcessEnv;
};

export type RunningSink = { readonly name: string; readonly mappings: readonly EventSourceMapping[] };

/** The connectors of an environment, running on this machine. Disposed of, everything stops in the order of the data. */
export type RunningConnectors = AsyncDisposable & {
  readonly lambdaEndpoint: string;
  readonly sources: readonly SourceService[];
  readonly sinks: readonly RunningSink[];
};

export type Launcher = RunningConnectors & {
  readonly services: Services & { deadLettersOf(connector: string): number };
};

type Parts = {
  readonly run: Run;
  readonly names: Names;
  readonly services: Services;
  /** What every deployable gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly options: LauncherOptions;
  readonly stack: AsyncDisposableStack;
};

/** Starts the services, then the connectors on them. */
export async function launch(run: Run, environment: Environment, options: LauncherOptions): Promise<Launcher> {
  await using stack = new AsyncDisposableStack();
  const { env, report } = options;
  const services = stack.use(await startServices(run, { names: namesOf(environment.name), report, env }));
  const connectors = stack.use(await launchConnectors(run, services, environment, options));
  const started = stack.move();
  return { ...connectors, services, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Runs the deployables unchanged: sinks first, so that nothing waits in a topic. */
export async function launchConnectors(
  run: Run,
  services: Services,
  environment: Environment,
  options: LauncherOptions,
): Promise<RunningConnectors> {
  await using stack = new AsyncDisposableStack();
  const bundles = await bundleAll(environment, join(run.folder, 'bundles'));
  await createTopics(services.kafkaBootstrapServers, environment);
  const functions = new Map<string, LocalFunction>();
  const { lambdaEndpoint } = stack.use(await startLambdaEndpoint(functions));
  const env = deployableEnvironment(services, lambdaEndpoint, environment.name);
  const parts: Parts = { run, names: namesOf(environment.name), services, env, options, stack };
  startReplay(parts, functions, bundles.replay);
  const sinks = environment.sinks.map((sink) => startSink(parts, environment, sink, functions, bundles.of(sink)));
  const sources = await Promise.all(
    environment.sources.map((source) => startSource(parts, source, bundles.of(source))),
  );
  const started = stack.move();
  return { lambdaEndpoint, sources, sinks, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** What the stacks would give every deployable. */
export const deployableEnvironment = (
  services: Services,
  lambdaEndpoint: string,
  environment: string,
): Record<string, string> => ({
  ...services.awsEnvironment,
  AWS_ENDPOINT_URL_LAMBDA: lambdaEndpoint,
  MONGODB_URI: services.mongodbUri,
  TAILRACE_ENVIRONMENT: environment,
  TAILRACE_TABLE: services.table,
  TAILRACE_DEAD_LETTER_QUEUE_URL: services.deadLetterQueueUrl,
  TAILRACE_CLAIM_CHECK_BUCKET: services.claimCheckBucket,
  // on one machine the status line shows what metrics would
  POWERTOOLS_METRICS_DISABLED: 'true',
});

async function bundleAll({ sinks, sources }: Environment, folder: string) {
  const of = ({ name }: { readonly name: string }) => join(folder, name);
  const replay = join(folder, '.replay');
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    ...sources.map((source) => bundleSource(of(source), source.file)),
    ...sinks.map((sink) => bundleSink(of(sink), sink)),
    bundleFunction('replay', replay),
  ]);
  return { of, replay };
}

function startReplay(parts: Parts, functions: Map<string, LocalFunction>, folder: string): void {
  const { names, options, run, services, stack } = parts;
  const env = { ...parts.env, TAILRACE_REPLAY_QUEUE_URL: services.replayQueueUrl };
  const replay = stack.use(localFunction(run, { name: names.replayFunction, folder, env }));
  functions.set(replay.name, replay);
  stack.use(
    pollQueue({
      sqsEndpoint: services.sqsEndpoint,
      queueUrl: services.replayQueueUrl,
      queueArn: services.replayQueueArn,
      invoke: replay.invoke,
      report: options.report,
    }),
  );
}

function startSink(
  parts: Parts,
  { settings }: Environment,
  sink: LoadedSink,
  functions: Map<string, LocalFunction>,
  folder: string,
): RunningSink {
  const { names, options, run, services, stack } = parts;
  const { batchSize, name, startAt, subscriptions, windowSeconds } = sink;
  const { timeoutSeconds } = settings.sink;
  const { bisectBatch, partialBatchResponse } = errorControlsOf(settings.sink);
  const env = { ...parts.env, TAILRACE_CONNECTOR: name, TAILRACE_PARTIAL_RESPONSE: String(partialBatchResponse) };
  const sinkFunction = stack.use(
    localFunction(run, { name: names.sinkFunction(name), folder, env, timeoutMs: timeoutSeconds * 1000 }),
  );
  functions.set(sinkFunction.name, sinkFunction);
  follow(parts, name, join(run.folder, `${sinkFunction.name}.log`));
  const mappings = subscriptions.map(({ consumerGroup, topic }) => {
    const pollers = pollersOf(settings.sink, settings.topics.find((declared) => declared.name === topic)?.partitions);
    return stack.use(
      startMapping(
        {
          topic,
          consumerGroupId: consumerGroup,
          batchSize,
          maximumBatchingWindowSeconds: windowSeconds,
          startingPosition: startAt === 'latest' ? 'LATEST' : 'TRIM_HORIZON',
          ...(pollers && { provisioned: { minimumPollers: pollers.minimum, maximumPollers: pollers.maximum } }),
          reportBatchItemFailures: partialBatchResponse,
          bisectBatchOnError: bisectBatch,
        },
        {
          bootstrapServers: services.kafkaBootstrapServers,
          invoke: sinkFunction.invoke,
          report: (line) => options.notice(name, line),
        },
      ),
    );
  });
  return { name, mappings };
}

async function startSource(parts: Parts, { name }: LoadedSource, folder: string): Promise<SourceService> {
  const { env, options, run, services, stack } = parts;
  const service = await startSourceService(run, {
    name,
    main: join(folder, 'main.mjs'),
    env: {
      ...env,
      TAILRACE_CONNECTOR: name,
      KAFKA_BOOTSTRAP_SERVERS: services.kafkaBootstrapServers,
      TAILRACE_LEASE_MS: String(options.leaseMs ?? 10_000),
    },
    report: (line) => options.notice(name, line),
  });
  follow(parts, name, service.task().logFile);
  return stack.use(service);
}

/** Shows the warnings and errors of a process until the end. */
function follow({ options, stack }: Parts, connector: string, logFile: string): void {
  const ended = new AbortController();
  const onLine = (line: string) => {
    const notice = toNotice(line);
    if (notice) options.notice(connector, notice);
  };
  const following = followLog(logFile, onLine, ended.signal);
  stack.defer(async () => {
    ended.abort();
    await following;
  });
}
