import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Bundles, bundlesIn } from '../../../infra/bundles.ts';
import { type CloudEnvironment, loadEnvironment, requireCloud } from '../../../infra/environment.ts';
import type { CloudSettings, KafkaSettings, NetworkSettings } from '../../../infra/environment-schema.ts';
import { makeStacks, type Stacks } from '../../../infra/stacks/all-stacks.ts';
import { NetworkStack } from '../../../infra/stacks/network.ts';

export const CLOUD = ['dev', 'staging', 'prod'] as const;

/** As CDK types it: JSON of any shape. */
export type Resource = ReturnType<Template['findResources']>[string];

/** An environment as its files say, with other settings where a test needs them. */
export function cloudEnvironment(name: string, settings: Partial<CloudSettings> = {}): CloudEnvironment {
  const environment = requireCloud(loadEnvironment(name));
  return { ...environment, settings: { ...environment.settings, ...settings } };
}

const cdkContext = () => (JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }).context;

/** The app of an environment as `cdk synth` makes it, around empty bundles: compiling them has its own test. */
export function appOf(
  environment: CloudEnvironment,
  bundles: Bundles = emptyBundles(environment),
): { app: App; stacks: Stacks } {
  const app = new App({ context: cdkContext() });
  return { app, stacks: makeStacks(app, environment, bundles) };
}

/** A network and a cluster that somebody else made. */
export const IMPORTED_VPC = {
  kind: 'imported',
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  egress: 'existing',
} satisfies NetworkSettings;
export const EXISTING_CLUSTER = {
  kind: 'existing',
  clusterArn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/shared/0a1b2c3d-1',
  securityGroupId: 'sg-0123456789abcdef0',
} satisfies KafkaSettings;

/** The templates of an environment. */
export function templatesOf(environment: CloudEnvironment, bundles?: Bundles): Record<keyof Stacks, Template> {
  const { stacks } = appOf(environment, bundles);
  const templates = Object.entries(stacks).map(([name, stack]) => [name, Template.fromStack(stack)]);
  return Object.fromEntries(templates) as Record<keyof Stacks, Template>;
}

/** The template of the network stack alone, which is quicker. */
export const networkOf = (environment: CloudEnvironment): Template =>
  Template.fromStack(new NetworkStack(new App({ context: cdkContext() }), 'network', environment));

export const resourcesOf = (template: Template, type: string): Resource[] =>
  Object.values(template.findResources(type));

export function onlyResource(template: Template, type: string): Resource {
  const [first, ...others] = resourcesOf(template, type);
  if (!first || others.length > 0) throw new Error(`Expected one ${type}, got ${others.length + (first ? 1 : 0)}`);
  return first;
}

type Statement = {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** Every statement of every role's policy in a template. */
export const statementsOf = (template: Template): Statement[] =>
  resourcesOf(template, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
  );

/** The actions of one policy whose id contains `id`, each with its resources as text. */
export function rightsOf(template: Template, id: string): Record<string, string> {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([key]) => key.includes(id));
  const statements = policies.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[]);
  return Object.fromEntries(
    statements.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => [action, JSON.stringify(Resource)] as const),
    ),
  );
}

/** Folders with nothing to run in them. */
export function emptyBundles({ sinks, sources }: CloudEnvironment): Bundles {
  const bundles = bundlesIn(mkdtempSync(join(tmpdir(), 'tailrace-bundles-')));
  const folders = [
    bundles.replay,
    bundles.widget,
    bundles.topics,
    ...sinks.map(({ name }) => bundles.sink(name)),
    ...sources.map(({ name }) => bundles.source(name)),
  ];
  for (const folder of folders) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  }
  return bundles;
}
