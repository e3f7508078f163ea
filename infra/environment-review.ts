import type { Problem } from '../functions/connect/errors.ts';
import { createsTopics, type LoadedSink, type LoadedSource } from './environment-connectors.ts';
import type { EnvironmentSettings, KafkaSettings, NetworkSettings, TopicSettings } from './environment-schema.ts';
import { namesOf } from './names.ts';

type Review = { problems: Problem[]; warnings: string[] };

/** Rules of environment.json that need more than one property. */
export function reviewSettings(environment: string, settings: EnvironmentSettings): Review {
  const { kafka, mongodb, network, sink, source, topics } = settings;
  const problems: Problem[] = [];
  const warnings: string[] = [];
  if (environment !== 'local') {
    if (!network) problems.push({ property: 'network', message: 'Missing; every environment but local needs one' });
    if (!kafka) problems.push({ property: 'kafka', message: 'Missing; every environment but local needs one' });
  }
  if (network && kafka) problems.push(...reviewBrokers(network, kafka, topics));
  problems.push(...duplicatesOf(topics.map(({ name }) => ({ property: 'topics', value: `Topic ${name}` }))));
  if (mongodb.fromPort > mongodb.toPort) {
    problems.push({
      property: 'mongodb.toPort',
      message: `Expected at least mongodb.fromPort (${mongodb.fromPort}), got ${mongodb.toPort}`,
    });
  }
  if (sink.pollers.mode === 'provisioned' && sink.pollers.minimum > sink.pollers.maximum) {
    const message = `Expected at most sink.pollers.maximum (${sink.pollers.maximum}), got ${sink.pollers.minimum}`;
    problems.push({ property: 'sink.pollers.minimum', message });
  }
  const memory = MEMORY[source.cpu];
  if (source.memoryMiB < memory.least || source.memoryMiB > memory.most || source.memoryMiB % memory.step !== 0) {
    const message = `Expected ${memory.least} to ${memory.most} in steps of ${memory.step} for source.cpu ${source.cpu}, got ${source.memoryMiB}`;
    problems.push({ property: 'source.memoryMiB', message });
  }
  if (kafka?.kind === 'serverless' && topics.some(({ existing }) => !existing)) {
    warnings.push(
      'topics: MSK Serverless has no topic resource: let source connectors create their topics by topic.creation.default.*',
    );
  }
  return { problems, warnings };
}

/** What Fargate sells. */
const MEMORY = {
  256: { least: 512, most: 2048, step: 512 },
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16384, step: 1024 },
  4096: { least: 8192, most: 30720, step: 1024 },
} as const satisfies Record<EnvironmentSettings['source']['cpu'], { least: number; most: number; step: number }>;

function reviewBrokers(network: NetworkSettings, kafka: KafkaSettings, topics: readonly TopicSettings[]): Problem[] {
  const zones =
    typeof network.availabilityZones === 'number' ? network.availabilityZones : network.availabilityZones.length;
  const problems: Problem[] = [];
  if (kafka.kind === 'express' && zones !== 3) {
    problems.push({
      property: 'network.availabilityZones',
      message: `Expected 3 for kafka.kind express, got ${zones}`,
    });
  }
  if (kafka.kind === 'standard' && kafka.brokers % zones !== 0) {
    const message = `Expected a multiple of the ${zones} zones of network.availabilityZones, got ${kafka.brokers}`;
    problems.push({ property: 'kafka.brokers', message });
  }
  topics.forEach(({ existing, replicationFactor }, index) => {
    if (existing) return;
    const property = `topics.${index}.replicationFactor`;
    if (kafka.kind === 'express' && replicationFactor !== 3) {
      problems.push({ property, message: `Expected 3 for kafka.kind express, got ${replicationFactor}` });
    }
    if (kafka.kind === 'standard' && replicationFactor > kafka.brokers) {
      problems.push({
        property,
        message: `Expected at most kafka.brokers (${kafka.brokers}), got ${replicationFactor}`,
      });
    }
  });
  return problems;
}

/** Rules between connector files, and between them and environment.json. */
export function reviewConnectors(
  environment: string,
  settings: EnvironmentSettings,
  sources: readonly LoadedSource[],
  sinks: readonly LoadedSink[],
  shown: (path: string) => string,
): Problem[] {
  const names = namesOf(environment);
  const at = (file: string, property: string) => `${shown(file)}: ${property}`;
  const all = [...sources, ...sinks];
  const resources = [
    ...sources.map(({ file, name }) => ({
      property: at(file, 'name'),
      value: `Service name ${names.sourceService(name)}`,
    })),
    ...sinks.map(({ file, name }) => ({
      property: at(file, 'name'),
      value: `Function name ${names.sinkFunction(name)}`,
    })),
  ];
  const groups = sinks.flatMap(({ file, subscriptions }) =>
    subscriptions.map(({ consumerGroup }) => ({
      property: at(file, 'name'),
      value: `Consumer group ${consumerGroup}`,
    })),
  );
  const tooLong = sinks
    .filter(({ name }) => names.sinkFunction(name).length > 64)
    .map(({ file, name }) => ({
      property: at(file, 'name'),
      message: `Expected function names of at most 64 characters, got ${names.sinkFunction(name)}`,
    }));
  return [
    ...duplicatesOf(all.map(({ file, name }) => ({ property: at(file, 'name'), value: `Connector name ${name}` }))),
    ...duplicatesOf(resources),
    ...duplicatesOf(groups),
    ...tooLong,
    ...(environment === 'local' ? [] : undeclaredTopics(settings, sources, sinks, at)),
  ];
}

/** Brokers make no topic by themselves, so one that nobody declared would be missed only when it is written or read. */
function undeclaredTopics(
  { topics }: EnvironmentSettings,
  sources: readonly LoadedSource[],
  sinks: readonly LoadedSink[],
  at: (file: string, property: string) => string,
): Problem[] {
  const declared = new Set(topics.map(({ name }) => name));
  const problemOf = (property: string, topic: string): Problem[] =>
    declared.has(topic)
      ? []
      : [{ property, message: `Topic ${topic} is not declared in "topics" of environment.json` }];
  return [
    ...sources
      .filter((source) => !createsTopics(source))
      .flatMap(({ file, topics: written }) => written.flatMap((topic) => problemOf(at(file, 'topic'), topic))),
    ...sinks.flatMap(({ file, subscriptions }) =>
      subscriptions.flatMap(({ topic }) => problemOf(at(file, 'topics'), topic)),
    ),
  ];
}

function duplicatesOf(values: readonly { property: string; value: string }[]): Problem[] {
  const seen = new Map<string, string>();
  return values.flatMap(({ property, value }) => {
    const first = seen.get(value);
    seen.set(value, first ?? property);
    if (first === undefined) return [];
    const where = first === property ? '' : `, first at ${first}`;
    return [{ property, message: `${value} is used twice${where}` }];
  });
}
