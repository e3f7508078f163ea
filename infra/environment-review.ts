import type { Problem } from '../functions/connect/errors.ts';
import { createsTopics } from './environment-connectors.ts';
import type { EnvironmentSettings, KafkaSettings, NetworkSettings, TopicSettings } from './environment-schema.ts';
import { namesOf } from './names.ts';
import { hasLiteralSecret, LITERAL_SECRET } from './placeholders.ts';
import { reviewConnections } from './reviews/connections.ts';
import { reviewErrorControls, reviewPollers } from './reviews/pollers.ts';
import { reviewPutTime } from './reviews/put-time.ts';
import { reviewRecordSize } from './reviews/record-size.ts';
import type { Reviewed } from './reviews/reviewed.ts';

/** Rules of environment.json that need more than one property. */
export function reviewSettings(environment: string, settings: EnvironmentSettings): Problem[] {
  const { kafka, mongodb, network, sink, source, topics } = settings;
  const problems: Problem[] = [];
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
  const { maximum = Number.POSITIVE_INFINITY, minimum = 1 } = sink.pollers.mode === 'provisioned' ? sink.pollers : {};
  if (minimum > maximum) {
    const message = `Expected at most sink.pollers.maximum (${maximum}), got ${minimum}`;
    problems.push({ property: 'sink.pollers.minimum', message });
  }
  const memory = MEMORY[source.cpu];
  if (source.memoryMiB < memory.least || source.memoryMiB > memory.most || source.memoryMiB % memory.step !== 0) {
    const message = `Expected ${memory.least} to ${memory.most} in steps of ${memory.step} for source.cpu ${source.cpu}, got ${source.memoryMiB}`;
    problems.push({ property: 'source.memoryMiB', message });
  }
  problems.push(...reviewErrorControls(settings), ...reviewTags(settings));
  return problems;
}

/** Tags are shown to everybody who may look at the account. */
const reviewTags = ({ tags }: EnvironmentSettings): Problem[] =>
  Object.entries(tags)
    .filter(([, value]) => hasLiteralSecret(value, false))
    .map(([tag]) => ({ property: `tags.${tag}`, message: LITERAL_SECRET }));

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
export function reviewConnectors(reviewed: Reviewed): { problems: Problem[]; warnings: string[] } {
  const isLocal = reviewed.name === 'local';
  return {
    problems: [
      ...reviewNames(reviewed),
      ...(isLocal
        ? []
        : [
            ...undeclaredTopics(reviewed),
            ...reviewPollers(reviewed),
            ...reviewPutTime(reviewed),
            ...reviewConnections(reviewed),
          ]),
    ],
    warnings: isLocal ? [] : reviewRecordSize(reviewed),
  };
}

/** Names that two connectors can't share, or that AWS does not take. */
function reviewNames({ inConnector: at, name: environment, sinks, sources }: Reviewed): Problem[] {
  const names = namesOf(environment);
  const all = [...sources, ...sinks];
  const resources = [
    ...sources.map((source) => ({
      property: at(source, 'name'),
      value: `Service name ${names.sourceService(source.name)}`,
    })),
    ...sinks.map((sink) => ({ property: at(sink, 'name'), value: `Function name ${names.sinkFunction(sink.name)}` })),
  ];
  const groups = sinks.flatMap((sink) =>
    sink.subscriptions.map(({ consumerGroup }) => ({
      property: at(sink, 'name'),
      value: `Consumer group ${consumerGroup}`,
    })),
  );
  const tooLong = sinks
    .map((sink) => ({ property: at(sink, 'name'), functionName: names.sinkFunction(sink.name) }))
    .filter(({ functionName }) => functionName.length > 64)
    .map(({ functionName, property }) => ({
      property,
      message: `Expected function names of at most 64 characters, got ${functionName}`,
    }));
  return [
    ...duplicatesOf(
      all.map((connector) => ({ property: at(connector, 'name'), value: `Connector name ${connector.name}` })),
    ),
    ...duplicatesOf(resources),
    ...duplicatesOf(groups),
    ...tooLong,
  ];
}

/** Brokers make no topic by themselves, so one that nobody declared would be missed only when it is written or read. */
function undeclaredTopics({ inConnector: at, settings, sinks, sources }: Reviewed): Problem[] {
  const declared = new Set(settings.topics.map(({ name }) => name));
  const problemOf = (property: string, topic: string): Problem[] =>
    declared.has(topic)
      ? []
      : [{ property, message: `Topic ${topic} is not declared in "topics" of environment.json` }];
  return [
    ...sources
      .filter((source) => !createsTopics(source))
      .flatMap((source) => source.topics.flatMap((topic) => problemOf(at(source, 'topic'), topic))),
    ...sinks.flatMap((sink) => sink.subscriptions.flatMap(({ topic }) => problemOf(at(sink, 'topics'), topic))),
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
