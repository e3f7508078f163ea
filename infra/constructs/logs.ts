import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';

/**
 * A log group that keeps its lines for `retention.logDays`.
 *
 * Its name is CloudFormation's: a group that was retained must not stand in the way of a connector that comes back.
 */
export const logGroupOf = (scope: Construct, id: string, settings: EnvironmentSettings): LogGroup =>
  new LogGroup(scope, id, {
    retention: settings.retention.logDays,
    removalPolicy: settings.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
