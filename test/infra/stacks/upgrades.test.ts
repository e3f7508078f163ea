import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { CLOUD, cloudEnvironment, emptyBundles, type Resource, templatesOf } from './synthesised.ts';

/**
 * Ids that must never change: CloudFormation makes a resource anew under another id. A table or a queue would be an empty
 * one beside that which was retained, a mapping would begin again, or fail because its group is taken.
 */
const PINNED = {
  state: {
    positionstable733AE718: 'AWS::DynamoDB::GlobalTable',
    queuesdeadletters98141512: 'AWS::SQS::Queue',
    queuesreplay282572F6: 'AWS::SQS::Queue',
    claimcheckbucket1EE8290A: 'AWS::S3::Bucket',
  },
  kafka: { clusterA4C38409: 'AWS::MSK::Cluster', topicsshoporders281A3A12: 'AWS::MSK::Topic' },
  sink: {
    connectororderssinktopicshopordersmapping27AF1905: 'AWS::Lambda::EventSourceMapping',
    replayfunctionmapping6D988E9F: 'AWS::Lambda::EventSourceMapping',
    connectororderssinkhostfunctionDF6525A3: 'AWS::Lambda::Function',
    replayfunctionhostfunctionE7E0F010: 'AWS::Lambda::Function',
  },
} as const;

const idsOf = (template: Template, types: readonly string[]) =>
  Object.fromEntries(
    types.flatMap((type) => Object.keys(template.findResources(type)).map((id) => [id, type] as const)),
  );

describe.each(CLOUD)('in %s', (name) => {
  test('what holds positions keeps its ids', () => {
    const { kafka, sink, state } = templatesOf(cloudEnvironment(name));
    expect({
      state: idsOf(state, ['AWS::DynamoDB::GlobalTable', 'AWS::SQS::Queue', 'AWS::S3::Bucket']),
      kafka: idsOf(kafka, ['AWS::MSK::Cluster', 'AWS::MSK::Topic']),
      sink: idsOf(sink, ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function']),
    }).toEqual(PINNED);
  });
});

test('new code changes functions and tasks in place, and touches no mapping', () => {
  const environment = cloudEnvironment('prod');
  const bundles = emptyBundles(environment);
  const before = templatesOf(environment, bundles);
  for (const folder of [bundles.replay, bundles.sink('orders-sink'), bundles.source('orders-source')]) {
    writeFileSync(join(folder, 'index.mjs'), '// newer');
  }
  const after = templatesOf(environment, bundles);
  const changed = changesOf(before.sink, after.sink);
  expect(changed.map(({ type }) => type)).toEqual(['AWS::Lambda::Function', 'AWS::Lambda::Function']);
  // properties that CloudFormation changes without a new function
  for (const { properties } of changed) expect(properties).toEqual(['Code']);
  expect(changesOf(before.source, after.source)).toEqual([
    { type: 'AWS::ECS::TaskDefinition', properties: ['ContainerDefinitions'] },
  ]);
  for (const stack of ['state', 'kafka', 'network', 'observability'] as const) {
    expect(changesOf(before[stack], after[stack])).toEqual([]);
  }
});

test.each(['sink.memoryMiB', 'sink.timeoutSeconds', 'sink.batchSize'])(
  '%s changes no mapping into another one',
  (setting) => {
    const environment = cloudEnvironment('prod');
    const { settings } = environment;
    const name = setting.split('.')[1] as 'memoryMiB';
    const sink = { ...settings.sink, [name]: settings.sink[name] + 64 };
    const changed = {
      ...environment,
      settings: { ...settings, sink },
      sinks: environment.sinks.map((loaded) => ({ ...loaded, batchSize: sink.batchSize })),
    };
    const [before, after] = [templatesOf(environment).sink, templatesOf(changed).sink];
    const mappings = changesOf(before, after).filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping');
    for (const { properties } of mappings) {
      // topic, group, cluster and start position can only be given to a new mapping
      expect(properties.filter((property) => property !== 'BatchSize')).toEqual([]);
    }
    expect(Object.keys(after.findResources('AWS::Lambda::EventSourceMapping'))).toEqual(
      Object.keys(before.findResources('AWS::Lambda::EventSourceMapping')),
    );
  },
);

/** Resources that are not as they were, each with the properties that differ. */
function changesOf(before: Template, after: Template): { type: string; properties: string[] }[] {
  const [old, now] = [before.toJSON().Resources, after.toJSON().Resources] as Record<string, Resource>[];
  expect(Object.keys(now ?? {})).toEqual(Object.keys(old ?? {}));
  return Object.entries(now ?? {}).flatMap(([id, { Properties = {}, Type }]) => {
    const was = old?.[id]?.Properties ?? {};
    const names = [...new Set([...Object.keys(was), ...Object.keys(Properties)])];
    const properties = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(Properties[name]));
    return properties.length > 0 ? [{ type: String(Type), properties }] : [];
  });
}
