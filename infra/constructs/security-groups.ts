import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { CloudSettings } from '../environment-schema.ts';

/** MSK's port for clients that sign in by IAM. */
const KAFKA_IAM_PORT = 9098;

type Props = { readonly vpc: IVpc; readonly settings: CloudSettings };

/** Who may talk to whom: tasks to brokers, tasks and functions to MongoDB and to AWS, event source mappings to brokers. */
export class SecurityGroups extends Construct {
  readonly task: SecurityGroup;
  readonly sinkFunction: SecurityGroup;
  /** Of the brokers; an event source mapping reads from within this group, too. */
  readonly kafka: ISecurityGroup;

  constructor(scope: Construct, id: string, { settings, vpc }: Props) {
    super(scope, id);
    const { kafka, mongodb } = settings;
    const closed = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    this.task = closed('task', 'Source tasks');
    this.sinkFunction = closed('sink-function', 'Sink functions');
    this.kafka =
      kafka.kind === 'existing'
        ? SecurityGroup.fromSecurityGroupId(this, 'kafka', kafka.securityGroupId)
        : closed('kafka', 'Brokers, and the event source mappings that read from them');

    const kafkaPort = Port.tcp(KAFKA_IAM_PORT);
    this.kafka.addIngressRule(this.task, kafkaPort, 'source tasks');
    this.kafka.addIngressRule(this.kafka, kafkaPort, 'event source mappings');
    this.kafka.addEgressRule(this.kafka, kafkaPort, 'event source mappings');
    this.kafka.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'event source mappings to Lambda and STS');
    this.task.addEgressRule(this.kafka, kafkaPort, 'brokers');
    for (const caller of [this.task, this.sinkFunction]) {
      caller.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'AWS');
      caller.addEgressRule(Peer.anyIpv4(), Port.tcpRange(mongodb.fromPort, mongodb.toPort), 'MongoDB');
    }
  }
}
