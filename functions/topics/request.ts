import * as z from 'zod';
import type { DeclaredTopic } from '../aws/kafka/make-topics.ts';
import { ConfigError } from '../connect/errors.ts';

/** What CloudFormation sends to the function behind a custom resource, as far as it matters here. */
export type DeploymentEvent = {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: unknown;
};

/** The custom resource's properties; CloudFormation makes texts of numbers. */
const properties = z.object({
  ClusterArn: z.string(),
  Topics: z.array(
    z.object({
      Name: z.string(),
      Partitions: z.coerce.number().int().min(1),
      ReplicationFactor: z.coerce.number().int().min(1),
      Configs: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

export type TopicsRequest = { readonly clusterArn: string; readonly topics: readonly DeclaredTopic[] };

/** @throws ConfigError where the template and this function don't fit together. */
export function parseRequest(given: unknown): TopicsRequest {
  const { data, error } = properties.safeParse(given);
  if (!data) {
    throw new ConfigError(error.issues.map(({ message, path }) => ({ property: path.join('.'), message })));
  }
  return {
    clusterArn: data.ClusterArn,
    topics: data.Topics.map(({ Configs, Name, Partitions, ReplicationFactor }) => ({
      name: Name,
      partitions: Partitions,
      replicationFactor: ReplicationFactor,
      configs: Configs,
    })),
  };
}
