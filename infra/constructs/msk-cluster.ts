import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnCluster, CfnConfiguration, CfnServerlessCluster } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { EnvironmentSettings, KafkaSettings } from '../environment-schema.ts';
import { retentionMsOf } from '../retention.ts';
import { logGroupOf } from './logs.ts';

type Brokers = Extract<KafkaSettings, { kind: 'express' | 'standard' }>;

type Props = {
  /** Clusters and configurations are named, so that a person finds them. */
  readonly name: string;
  readonly settings: EnvironmentSettings;
  readonly kafka: Extract<KafkaSettings, { kind: 'express' | 'standard' | 'serverless' }>;
  readonly subnetIds: string[];
  readonly securityGroupId: string;
};

/**
 * An MSK cluster with IAM authentication and TLS everywhere. It outlives its stack where deletion is protected; elsewhere
 * it goes, for brokers that nobody uses cost as much as others.
 */
export class MskCluster extends Construct {
  readonly clusterArn: string;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const cluster = props.kafka.kind === 'serverless' ? this.#serverless(props) : this.#brokers(props, props.kafka);
    cluster.applyRemovalPolicy(removalPolicyOf(props.settings));
    this.clusterArn = cluster.attrArn;
  }

  #serverless({ name, securityGroupId, subnetIds }: Props): CfnServerlessCluster {
    return new CfnServerlessCluster(this, 'cluster', {
      clusterName: name,
      vpcConfigs: [{ subnetIds, securityGroups: [securityGroupId] }],
      clientAuthentication: { sasl: { iam: { enabled: true } } },
    });
  }

  #brokers({ name, securityGroupId, settings, subnetIds }: Props, kafka: Brokers): CfnCluster {
    const configuration = new CfnConfiguration(this, 'configuration', {
      name,
      serverProperties: serverPropertiesOf(settings, kafka),
    });
    // a configuration can't be deleted while a cluster uses it
    configuration.applyRemovalPolicy(removalPolicyOf(settings));
    return new CfnCluster(this, 'cluster', {
      clusterName: name,
      kafkaVersion: kafka.version,
      numberOfBrokerNodes: kafka.brokers,
      brokerNodeGroupInfo: {
        instanceType: kafka.instanceType,
        clientSubnets: subnetIds,
        securityGroups: [securityGroupId],
        ...(kafka.kind === 'standard' && { storageInfo: { ebsStorageInfo: { volumeSize: kafka.volumeGiB } } }),
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      loggingInfo: {
        brokerLogs: {
          cloudWatchLogs: { enabled: true, logGroup: logGroupOf(this, 'broker-logs', settings).logGroupName },
        },
      },
    });
  }
}

/** Defaults of topics: the encoding of a topic resource's own configuration is not documented. */
function serverPropertiesOf({ retention }: EnvironmentSettings, kafka: Brokers): string {
  const properties = {
    // a misspelt topic has to fail instead of appearing
    'auto.create.topics.enable': false,
    'log.retention.ms': retentionMsOf(retention),
    // Express fixes three copies, two of them in sync
    ...(kafka.kind === 'standard' && {
      'default.replication.factor': Math.min(3, kafka.brokers),
      // with two brokers, one has to be enough for a restart of the other
      'min.insync.replicas': kafka.brokers > 2 ? 2 : 1,
    }),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

const removalPolicyOf = ({ deletionProtection }: EnvironmentSettings): RemovalPolicy =>
  deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
