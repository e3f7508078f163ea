import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { CloudEnvironment } from '../environment.ts';
import { topicMakerOf } from '../topic-makers.ts';

/** MSK's port for clients that sign in by IAM. */
const KAFKA_IAM_PORT = Port.tcp(9098);

type Props = { readonly vpc: IVpc; readonly environment: CloudEnvironment };

/**
 * Who may talk to whom: tasks to brokers, tasks and functions to MongoDB and to AWS, event source mappings to brokers.
 *
 * Every rule has a user: an environment without sources opens nothing for tasks, one without sinks nothing for mappings.
 */
export class SecurityGroups extends Construct {
  readonly task: SecurityGroup;
  readonly sinkFunction: SecurityGroup;
  /** Of the function that makes topics. */
  readonly topicsFunction: SecurityGroup;
  /** Of the brokers; an event source mapping reads from within this group, too. */
  readonly kafka: ISecurityGroup;
  /** Those that call AWS by HTTPS. */
  readonly callers: readonly ISecurityGroup[];

  constructor(scope: Construct, id: string, { environment, vpc }: Props) {
    super(scope, id);
    const { settings, sinks, sources } = environment;
    const { kafka } = settings;
    const closed = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    this.task = closed('task', 'Source tasks');
    this.sinkFunction = closed('sink-function', 'Sink functions');
    this.topicsFunction = closed('topics-function', 'The function that makes topics');
    this.kafka =
      kafka.kind === 'existing'
        ? SecurityGroup.fromSecurityGroupId(this, 'kafka', kafka.securityGroupId)
        : closed('kafka', 'Brokers, and the event source mappings that read from them');

    const callers: ISecurityGroup[] = [];
    if (sources.length > 0) {
      this.#reachBrokers(this.task, 'source tasks');
      this.#reachMongodb(this.task, environment);
      callers.push(this.task);
    }
    if (topicMakerOf(settings) === 'function') {
      this.#reachBrokers(this.topicsFunction, 'the function that makes topics');
      callers.push(this.topicsFunction);
    }
    if (sinks.length > 0) {
      this.#reachBrokers(this.kafka, 'event source mappings');
      this.#reachMongodb(this.sinkFunction, environment);
      callers.push(this.sinkFunction);
      // provisioned pollers reach Lambda without the network of the cluster
      if (settings.sink.pollers.mode === 'on-demand') callers.push(this.kafka);
    }
    // S3 and DynamoDB are behind gateway endpoints, whose addresses no template can know
    for (const caller of callers) caller.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'AWS');
    this.callers = callers;
  }

  #reachBrokers(from: ISecurityGroup, who: string): void {
    this.kafka.addIngressRule(from, KAFKA_IAM_PORT, who);
    from.addEgressRule(this.kafka, KAFKA_IAM_PORT, 'brokers');
  }

  #reachMongodb(from: SecurityGroup, { settings }: CloudEnvironment): void {
    const { cidrs, fromPort, toPort } = settings.mongodb;
    for (const cidr of cidrs) from.addEgressRule(Peer.ipv4(cidr), Port.tcpRange(fromPort, toPort), 'MongoDB');
  }
}
