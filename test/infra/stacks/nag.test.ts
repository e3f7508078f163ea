import { type App, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { CloudSettings } from '../../../infra/environment-schema.ts';
import { appOf, CLOUD, cloudEnvironment } from './synthesised.ts';

/** What cdk-nag and CDK's own validation find, as text; empty where there is nothing. */
function findingsOf(app: App): string {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return process.exitCode ? 'exit code set' : '';
  } catch (failure) {
    return String(failure);
  } finally {
    // CDK sets it where it found something
    process.exitCode = undefined;
  }
}

const variants: [string, Partial<CloudSettings>][] = [
  ['on MSK Serverless', { kafka: { kind: 'serverless' } }],
  [
    'without NAT gateways',
    { network: { kind: 'made', cidr: '10.0.0.0/16', availabilityZones: 3, egress: 'endpoints', natGateways: 1 } },
  ],
];

describe('cdk-nag', () => {
  test.each(CLOUD)('has nothing against %s', (name) => {
    expect(findingsOf(appOf(cloudEnvironment(name)).app)).toBe('');
  });

  test.each(variants)('has nothing against staging %s', (_, settings) => {
    expect(findingsOf(appOf(cloudEnvironment('staging', settings)).app)).toBe('');
  });

  test('is at work: it finds a queue that takes plain HTTP', () => {
    const { app, stacks } = appOf(cloudEnvironment('dev'));
    new Queue(stacks.state, 'open');
    expect(findingsOf(app)).toMatch(/AwsSolutions-SQS4/);
  });
});
