import {
  GatewayVpcEndpointAwsService,
  type InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Port,
  SecurityGroup,
  InterfaceVpcEndpointAwsService as Service,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { CloudEnvironment } from '../environment.ts';
import { secretReferencesOf } from '../placeholders.ts';
import { topicMakerOf } from '../topic-makers.ts';
import type { PrivateNetwork } from './vpc.ts';

/** Free, and on by default: S3 has images and large values, DynamoDB the positions. */
export const GATEWAY_ENDPOINTS = {
  s3: { service: GatewayVpcEndpointAwsService.S3 },
  dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
} as const;

/** The services that somebody in the private subnets of this environment calls; each endpoint costs by the hour. */
export function interfaceServicesOf({
  settings,
  sinks,
  sources,
}: CloudEnvironment): Record<string, InterfaceVpcEndpointAwsService> {
  const references = [...sources, ...sinks].map(({ properties }) => secretReferencesOf(properties));
  const hasSources = sources.length > 0;
  const hasSinks = sinks.length > 0;
  return {
    ...((hasSources || hasSinks) && { sqs: Service.SQS }),
    ...(references.some(({ secrets }) => secrets.length > 0) && { secretsmanager: Service.SECRETS_MANAGER }),
    ...(references.some(({ parameters }) => parameters.length > 0) && { ssm: Service.SSM }),
    // a task fetches its image and writes its log by itself; a function's log goes another way
    ...(hasSources && { logs: Service.CLOUDWATCH_LOGS, 'ecr-api': Service.ECR, 'ecr-images': Service.ECR_DOCKER }),
    // the addresses of the brokers
    ...((hasSources || topicMakerOf(settings) === 'function') && { kafka: Service.KAFKA }),
    // an on-demand mapping calls both from the subnets of the cluster
    ...(hasSinks && settings.sink.pollers.mode === 'on-demand' && { sts: Service.STS, lambda: Service.LAMBDA }),
  };
}

type Props = {
  readonly network: PrivateNetwork;
  readonly services: Readonly<Record<string, InterfaceVpcEndpointAwsService>>;
  readonly callers: readonly ISecurityGroup[];
};

/** The AWS services that private subnets reach without a way to the internet. */
export class InterfaceEndpoints extends Construct {
  constructor(scope: Construct, id: string, { callers, network, services }: Props) {
    super(scope, id);
    const { subnets, vpc } = network;
    const securityGroup = new SecurityGroup(this, 'security-group', {
      vpc,
      description: 'Interface endpoints',
      allowAllOutbound: false,
    });
    for (const caller of callers) securityGroup.addIngressRule(caller, Port.HTTPS, 'calls to AWS');
    for (const [name, service] of Object.entries(services)) {
      vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: [...subnets] },
        securityGroups: [securityGroup],
        open: false,
      });
    }
  }
}

/** The gateway endpoints of a VPC that was imported; a made one has them from the start. */
export function addGatewayEndpoints(vpc: IVpc, { subnets }: PrivateNetwork): void {
  for (const [name, { service }] of Object.entries(GATEWAY_ENDPOINTS)) {
    vpc.addGatewayEndpoint(name, { service, subnets: [{ subnets: [...subnets] }] });
  }
}
