import { Duration, Size, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  type Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LoadedSource } from '../environment-connectors.ts';
import type { CloudSettings } from '../environment-schema.ts';
import { namesOf } from '../names.ts';
import { logGroupOf } from './logs.ts';
import { sourceRole } from './source-role.ts';
import type { PrivateNetwork } from './vpc.ts';

const HEALTH_PORT = 8080;
/** Of one vCPU. */
const CPU_UNITS = 1024;
/** The image has no curl, and needs none. */
const HEALTH_CHECK = `fetch('http://127.0.0.1:${HEALTH_PORT}/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
/** The most that Fargate grants between SIGTERM and SIGKILL: time to drain. */
const STOP_TIMEOUT = Duration.seconds(120);

type Props = {
  readonly environment: string;
  readonly settings: CloudSettings;
  readonly source: LoadedSource;
  /** Folder with the bundle, the connector file and the Dockerfile. */
  readonly bundle: string;
  readonly cluster: Cluster;
  readonly clusterArn: string;
  readonly network: PrivateNetwork;
  readonly securityGroup: SecurityGroup;
  readonly table: TableV2;
  readonly deadLetters: Queue;
  readonly claimChecks: Bucket;
};

/** The ECS service of one source connector: exactly one task, the old one stopped before the new one starts. */
export class SourceService extends Construct {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { cluster, environment, network, securityGroup, source } = props;
    new FargateService(this, 'service', {
      serviceName: namesOf(environment).sourceService(source.name),
      cluster,
      taskDefinition: this.#taskDefinition(props),
      // two tasks would only wait for each other's lease
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      // it would start the replacement before it stops the task
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.DISABLED,
      circuitBreaker: { enable: true, rollback: true },
      vpcSubnets: { subnets: [...network.subnets] },
      securityGroups: [securityGroup],
      assignPublicIp: false,
      enableExecuteCommand: false,
      propagateTags: PropagatedTagSource.SERVICE,
    });
  }

  #taskDefinition(props: Props): FargateTaskDefinition {
    const { bundle, claimChecks, deadLetters, environment, settings, table } = props;
    const task = new FargateTaskDefinition(this, 'task', {
      cpu: settings.source.cpu,
      memoryLimitMiB: settings.source.memoryMiB,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      taskRole: sourceRole(this, 'role', props),
    });
    task.addContainer('source', {
      image: ContainerImage.fromAsset(bundle, { platform: Platform.LINUX_ARM64 }),
      environment: {
        TAILRACE_ENVIRONMENT: environment,
        TAILRACE_CONNECTOR: props.source.name,
        TAILRACE_TABLE: table.tableName,
        TAILRACE_DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        TAILRACE_CLAIM_CHECK_BUCKET: claimChecks.bucketName,
        TAILRACE_HEALTH_PORT: String(HEALTH_PORT),
        TAILRACE_LEASE_MS: String(settings.source.leaseMs),
        TAILRACE_VCPUS: String(settings.source.cpu / CPU_UNITS),
        MSK_CLUSTER_ARN: props.clusterArn,
        KAFKA_AUTH: 'iam',
      },
      readonlyRootFilesystem: true,
      user: '1000:1000',
      stopTimeout: STOP_TIMEOUT,
      linuxParameters: new LinuxParameters(this, 'linux', { initProcessEnabled: true }),
      healthCheck: {
        command: ['CMD', 'node', '-e', HEALTH_CHECK],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(10),
        retries: 3,
        startPeriod: Duration.seconds(120),
      },
      // a log service that is slow must not hold the stream back; normal work is silent, so the buffer is large enough
      logging: LogDrivers.awsLogs({
        streamPrefix: 'source',
        logGroup: logGroupOf(this, 'logs', settings),
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(4),
      }),
    });
    Validations.of(task).acknowledge(
      {
        id: 'AwsSolutions-ECS2',
        reason: 'Names and addresses of resources only; secrets are placeholders that the task resolves',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken of the execution role knows no resource',
      },
    );
    return task;
  }
}
