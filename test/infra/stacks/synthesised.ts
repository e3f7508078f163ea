import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Bundles, bundlesIn } from '../../../infra/bundles.ts';
import { type CloudEnvironment, loadEnvironment, requireCloud } from '../../../infra/environment.ts';
import type { CloudSettings } from '../../../infra/environment-schema.ts';
import { makeStacks, type Stacks } from '../../../infra/stacks/all-stacks.ts';

export const CLOUD = ['dev', 'staging', 'prod'] as const;

/** As CDK types it: JSON of any shape. */
export type Resource = ReturnType<Template['findResources']>[string];

/** An environment as its files say, with other settings where a test needs them. */
export function cloudEnvironment(name: string, settings: Partial<CloudSettings> = {}): CloudEnvironment {
  const environment = requireCloud(loadEnvironment(name));
  return { ...environment, settings: { ...environment.settings, ...settings } };
}

/** The app of an environment as `cdk synth` makes it, around empty bundles: compiling them has its own test. */
export function appOf(environment: CloudEnvironment): { app: App; stacks: Stacks } {
  const cdk = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context: cdk.context });
  return { app, stacks: makeStacks(app, environment, emptyBundles(environment)) };
}

/** The templates of an environment. */
export function templatesOf(environment: CloudEnvironment): Record<keyof Stacks, Template> {
  const { stacks } = appOf(environment);
  const names = Object.keys(stacks) as (keyof Stacks)[];
  return Object.fromEntries(names.map((name) => [name, Template.fromStack(stacks[name])])) as Record<
    keyof Stacks,
    Template
  >;
}

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

function emptyBundles({ sinks, sources }: CloudEnvironment): Bundles {
  const bundles = bundlesIn(mkdtempSync(join(tmpdir(), 'tailrace-bundles-')));
  const folders = [
    bundles.replay,
    bundles.widget,
    ...sinks.map(({ name }) => bundles.sink(name)),
    ...sources.map(({ name }) => bundles.source(name)),
  ];
  for (const folder of folders) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  }
  return bundles;
}
