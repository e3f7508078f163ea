import { Fn } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

type Resource = 'topic' | 'group' | 'transactional-id';

/** `arn:…:cluster/name/uuid` → `arn:…:topic/name/uuid/orders`, for a cluster of any account and region. */
export function kafkaArnOf(clusterArn: string, resource: Resource, name: string): string {
  const parts = Fn.split(':cluster/', clusterArn);
  return Fn.join('', [Fn.select(0, parts), `:${resource}/`, Fn.select(1, parts), `/${name}`]);
}

const allow = (actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

type Producing = {
  readonly clusterArn: string;
  readonly topics: readonly string[];
  readonly transactionalId: string;
  /** Where the connector file has topic.creation.*. */
  readonly createsTopics: boolean;
};

/** What an idempotent producer that is fenced by its transactional id needs, on its topics alone. */
export function producingStatements({
  clusterArn,
  createsTopics,
  topics,
  transactionalId,
}: Producing): PolicyStatement[] {
  const topicArns = topics.map((topic) => kafkaArnOf(clusterArn, 'topic', topic));
  return [
    allow(['kafka:GetBootstrapBrokers'], [clusterArn]),
    allow(['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], [clusterArn]),
    ...(topicArns.length > 0
      ? [
          allow(
            [
              'kafka-cluster:DescribeTopic',
              // max.message.bytes
              'kafka-cluster:DescribeTopicDynamicConfiguration',
              'kafka-cluster:WriteData',
              ...(createsTopics ? ['kafka-cluster:CreateTopic'] : []),
            ],
            topicArns,
          ),
        ]
      : []),
    allow(
      ['kafka-cluster:DescribeTransactionalId', 'kafka-cluster:AlterTransactionalId'],
      [kafkaArnOf(clusterArn, 'transactional-id', transactionalId)],
    ),
  ];
}

type Consuming = {
  readonly clusterArn: string;
  readonly topics: readonly string[];
  readonly consumerGroups: readonly string[];
};

/** What event source mappings read with: Lambda takes on the role of the function. */
export function consumingStatements({ clusterArn, consumerGroups, topics }: Consuming): PolicyStatement[] {
  return [
    allow(['kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'], [clusterArn]),
    allow(['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'], [clusterArn]),
    allow(
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      topics.map((topic) => kafkaArnOf(clusterArn, 'topic', topic)),
    ),
    allow(
      ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      consumerGroups.map((group) => kafkaArnOf(clusterArn, 'group', group)),
    ),
  ];
}

type Making = { readonly clusterArn: string; readonly topics: readonly string[] };

/** What making and growing topics needs: nothing of it deletes, reads or writes one. */
export function topicMakingStatements({ clusterArn, topics }: Making): PolicyStatement[] {
  return [
    allow(['kafka:GetBootstrapBrokers', 'kafka-cluster:Connect'], [clusterArn]),
    allow(
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:CreateTopic', 'kafka-cluster:AlterTopic'],
      topics.map((topic) => kafkaArnOf(clusterArn, 'topic', topic)),
    ),
  ];
}
