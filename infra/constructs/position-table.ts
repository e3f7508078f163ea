import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

type Props = { readonly tableName: string; readonly deletionProtection: boolean };

/**
 * Leases, resume tokens, gaps and parked keys of all connectors: without it every source would start over, so it outlives
 * its stack.
 */
export class PositionTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { deletionProtection, tableName }: Props) {
    super(scope, id);
    this.table = new TableV2(this, 'table', {
      tableName,
      partitionKey: { name: 'connector', type: AttributeType.STRING },
      sortKey: { name: 'item', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
