/** What the parts of one environment are called, in AWS and on one machine. */
export type Names = {
  readonly table: string;
  readonly deadLetterQueue: string;
  readonly replayQueue: string;
  readonly replayFunction: string;
  readonly widgetFunction: string;
  readonly topicsFunction: string;
  sinkFunction(connector: string): string;
  sourceService(connector: string): string;
};

/** The names of an environment's parts; the replay function and the CLI find the others by them. */
export function namesOf(environment: string): Names {
  const prefix = `tailrace-${environment}`;
  return {
    table: prefix,
    deadLetterQueue: `${prefix}-dead-letters`,
    replayQueue: `${prefix}-replay`,
    replayFunction: `${prefix}-replay`,
    widgetFunction: `${prefix}-widget`,
    topicsFunction: `${prefix}-topics`,
    sinkFunction: (connector) => `${prefix}-sink-${withoutDots(connector)}`,
    sourceService: (connector) => `${prefix}-source-${withoutDots(connector)}`,
  };
}

/** The consumer group that an event source mapping reads a topic with: Kafka Connect's, apart for each of several topics. */
export function consumerGroupOf(connector: string, topic: string, topics: readonly string[]): string {
  return topics.length > 1 ? `connect-${connector}.${topic}` : `connect-${connector}`;
}

/** Lambda and ECS take no dots in names; Kafka Connect does. */
const withoutDots = (connector: string): string => connector.replaceAll('.', '-');
