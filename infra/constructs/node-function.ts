import type { Duration } from 'aws-cdk-lib';
import { type ISecurityGroup, SubnetFilter } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { logGroupOf } from './logs.ts';
import type { PrivateNetwork } from './vpc.ts';

type Props = {
  readonly functionName: string;
  readonly description: string;
  readonly settings: EnvironmentSettings;
  /** Folder with `index.mjs`. */
  readonly bundle: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Absent: the function stays outside of the VPC. */
  readonly inside?: { readonly network: PrivateNetwork; readonly securityGroup: ISecurityGroup };
};

/** A bundled handler on Node.js 24 and ARM64, with a role that has no right but to write its own log. */
export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { bundle, description, functionName, inside, memoryMiB, settings, timeout, variables } = props;
    // a role of our own: the construct's would carry managed policies
    this.role = new Role(this, 'role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
    const logGroup = logGroupOf(this, 'logs', settings);
    logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'function', {
      functionName,
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      timeout,
      memorySize: memoryMiB,
      role: this.role,
      logGroup,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...variables },
      ...(inside && {
        vpc: inside.network.vpc,
        vpcSubnets: { subnetFilters: [SubnetFilter.byIds(inside.network.subnets.map(({ subnetId }) => subnetId))] },
        securityGroups: [inside.securityGroup],
      }),
    });
  }
}
