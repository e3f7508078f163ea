import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { createsTopics, type LoadedSource, writableTopicsOf } from '../environment-connectors.ts';
import type { CloudSettings } from '../environment-schema.ts';
import { allowLargeValues, lettersOf, recordsOf } from './claim-check-access.ts';
import { producingStatements } from './kafka-access.ts';
import { allowSecrets } from './secret-access.ts';

type Props = {
  readonly settings: CloudSettings;
  readonly source: LoadedSource;
  readonly clusterArn: string;
  readonly table: TableV2;
  readonly deadLetters: Queue;
  readonly claimChecks: Bucket;
};

/** What one source task may do: write its topics, move its own position, keep dead letters and large values, read its secrets. */
export function sourceRole(scope: Construct, id: string, props: Props): Role {
  const { claimChecks, clusterArn, deadLetters, settings, source, table } = props;
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    description: `Source connector ${source.name}`,
  });
  const topics = writableTopicsOf(source, settings);
  const statements = [
    ...producingStatements({
      clusterArn,
      topics,
      transactionalId: `tailrace-${source.name}`,
      createsTopics: createsTopics(source),
    }),
    new PolicyStatement({
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      resources: [table.tableArn],
      // a connector can't move the position of another one
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [source.name] } },
    }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
  ];
  for (const statement of statements) role.addToPolicy(statement);
  allowLargeValues(role, claimChecks, { puts: [...recordsOf(topics), lettersOf(source.name)] });
  allowSecrets(role, source.properties);
  return role;
}
