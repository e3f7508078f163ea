import { type IVpc, Port, SecurityGroup, InterfaceVpcEndpointAwsService as Service } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { PrivateNetwork } from './vpc.ts';

/** What tasks, functions and on-demand event source mappings call; only without NAT gateways. */
const SERVICES = {
  sqs: Service.SQS,
  secretsmanager: Service.SECRETS_MANAGER,
  ssm: Service.SSM,
  logs: Service.CLOUDWATCH_LOGS,
  'ecr-api': Service.ECR,
  'ecr-images': Service.ECR_DOCKER,
  kafka: Service.KAFKA,
  // an on-demand mapping calls both from the subnets of the cluster
  sts: Service.STS,
  lambda: Service.LAMBDA,
} as const satisfies Record<string, Service>;

type Props = { readonly network: PrivateNetwork; readonly vpc: IVpc; readonly callers: readonly SecurityGroup[] };

/** The AWS services that private subnets reach without a way to the internet. */
export class InterfaceEndpoints extends Construct {
  constructor(scope: Construct, id: string, { callers, network, vpc }: Props) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'security-group', {
      vpc,
      description: 'Interface endpoints',
      allowAllOutbound: false,
    });
    for (const caller of callers) securityGroup.addIngressRule(caller, Port.HTTPS, 'calls to AWS');
    for (const [name, service] of Object.entries(SERVICES)) {
      vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: [...network.subnets] },
        securityGroups: [securityGroup],
        open: false,
      });
    }
  }
}
