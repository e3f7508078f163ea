import * as z from 'zod';
import { ConfigError } from '../../../functions/connect/errors.ts';

/** Refused by name: a mapping that ignored it would behave unlike the one in AWS. */
const notStoodInFor = (what: string) =>
  z.undefined({ error: `${what} exists in AWS only, the local event source mapping has none: remove it` });

const schema = z.strictObject({
  topic: z.string().min(1),
  consumerGroupId: z.string().min(1),
  batchSize: z.int().min(1).max(10_000).default(100),
  /** Left out: 500 ms, which AWS has no number for. */
  maximumBatchingWindowSeconds: z.int().min(0).max(300).optional(),
  startingPosition: z.enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']).default('TRIM_HORIZON'),
  /** Unix time in seconds, with AT_TIMESTAMP. */
  startingPositionTimestamp: z.number().min(0).optional(),
  /** Present: provisioned mode, which the four error settings below need. Locally there is one poller either way. */
  provisioned: z
    .strictObject({
      minimumPollers: z.int().min(1).max(200).default(1),
      maximumPollers: z.int().min(1).max(2000).default(200),
    })
    .optional(),
  reportBatchItemFailures: z.boolean().default(false),
  bisectBatchOnError: z.boolean().default(false),
  /** Not counting the first try; -1: for ever. */
  retryAttempts: z.int().min(-1).max(10_000).default(-1),
  /** -1: any age. */
  maximumRecordAgeSeconds: z
    .int()
    .max(604_800)
    .refine((age) => age === -1 || age >= 60, { error: 'Expected -1 or 60 to 604800' })
    .default(-1),
  filters: notStoodInFor('A filter').optional(),
  onFailure: notStoodInFor('A failure destination').optional(),
  schemaRegistry: notStoodInFor('A schema registry').optional(),
  /** Batches at a time, each of other partitions, as several pollers would have. */
  concurrentInvocations: z.int().min(1).max(10_000).default(1),
  /** AWS does not say whether records behind a reported one come again, so both can be tried. */
  afterFailure: z.enum(['replay-rest', 'only-failed']).default('replay-rest'),
  /** How often a batch that succeeded is delivered again, as after a lost commit: 0 never, 1 always. */
  duplicateRate: z.number().min(0).max(1).default(0),
  retryBackoffMs: z.strictObject({ first: z.int().min(1), most: z.int().min(1) }).default({ first: 200, most: 5000 }),
});

export type MappingOptions = z.input<typeof schema>;
export type MappingSettings = Omit<z.output<typeof schema>, 'filters' | 'onFailure' | 'schemaRegistry'>;

/** A mapping's settings with their defaults, or all that AWS would refuse, CDK and CloudFormation would not. */
export function parseMappingSettings(options: MappingOptions, nowMs: number): MappingSettings {
  const { success, data, error } = schema.safeParse(options);
  if (!success) throw new ConfigError(error.issues.map(({ path, message }) => ({ property: path.join('.'), message })));
  const problems = [...unprovisioned(data), ...startProblems(data, nowMs)];
  if (problems.length > 0) throw new ConfigError(problems);
  return data;
}

function unprovisioned(settings: MappingSettings) {
  if (settings.provisioned) return [];
  const needing = {
    reportBatchItemFailures: settings.reportBatchItemFailures,
    bisectBatchOnError: settings.bisectBatchOnError,
    retryAttempts: settings.retryAttempts !== -1,
    maximumRecordAgeSeconds: settings.maximumRecordAgeSeconds !== -1,
  };
  return Object.entries(needing)
    .filter(([, isSet]) => isSet)
    .map(([property]) => ({ property, message: 'Needs provisioned pollers: set provisioned, or remove it' }));
}

function startProblems({ startingPosition, startingPositionTimestamp }: MappingSettings, nowMs: number) {
  const property = 'startingPositionTimestamp';
  if (startingPosition === 'AT_TIMESTAMP' && startingPositionTimestamp === undefined)
    return [{ property, message: 'Required where startingPosition is AT_TIMESTAMP' }];
  if (startingPosition !== 'AT_TIMESTAMP' && startingPositionTimestamp !== undefined)
    return [{ property, message: `Not allowed where startingPosition is ${startingPosition}` }];
  if (startingPositionTimestamp !== undefined && startingPositionTimestamp * 1000 > nowMs)
    return [{ property, message: 'Expected a time that is not in the future' }];
  return [];
}
