import * as z from 'zod';
import { ConfigError } from '../connect/errors.ts';

const number = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

/** The environment of the task: what infrastructure tells it, beside the connector file. */
const schema = z.object({
  TAILRACE_ENVIRONMENT: z.string().default('local'),
  TAILRACE_CONNECTOR: z.string().default('unknown'),
  TAILRACE_CONNECTOR_FILE: z.string().optional(),
  TAILRACE_TABLE: z.string(),
  TAILRACE_DEAD_LETTER_QUEUE_URL: z.string().optional(),
  TAILRACE_CLAIM_CHECK_BUCKET: z.string().optional(),
  TAILRACE_HEALTH_PORT: number(8080),
  TAILRACE_LEASE_MS: number(10_000),
  /** Less than one is a share of one; where it is absent the machine's own count. */
  TAILRACE_VCPUS: z.coerce.number().positive().optional(),
  KAFKA_BOOTSTRAP_SERVERS: z.string().optional(),
  MSK_CLUSTER_ARN: z.string().optional(),
  KAFKA_AUTH: z.string().optional(),
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
  AWS_REGION: z.string().optional(),
});

export type Settings = z.output<typeof schema>;

/** @throws ConfigError with every variable that is missing or wrong. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { data, error } = schema.safeParse(environment);
  if (!data) {
    throw new ConfigError(error.issues.map(({ path, message }) => ({ property: path.join('.'), message })));
  }
  return data;
}
