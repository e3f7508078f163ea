import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/** Stands for the 64 digits of a SHA-256, with which a key ends. */
const ANY_HASH = '?'.repeat(64);

/** Keys by topic and by connector, as `functions/aws/claim-check.ts` makes them. */
export const recordsOf = (topics: readonly string[]): readonly string[] =>
  topics.map((topic) => `records/${encodeURIComponent(topic)}/${ANY_HASH}`);
export const lettersOf = (connector: string): string => `dead-letters/${encodeURIComponent(connector)}/${ANY_HASH}`;

type Keys = { readonly gets?: readonly string[]; readonly puts: readonly string[] };

/** Lets a role read and store large values, each under its own keys. */
export function allowLargeValues(role: Role, bucket: Bucket, { gets = [], puts }: Keys): void {
  const allow = (actions: readonly string[], keys: readonly string[]) =>
    role.addToPolicy(
      new PolicyStatement({ actions: [...actions], resources: keys.map((key) => bucket.arnForObjects(key)) }),
    );
  // an upload in parts that fails is ended by who began it
  allow(['s3:PutObject', 's3:AbortMultipartUpload'], puts);
  if (gets.length > 0) {
    allow(['s3:GetObject'], gets);
    // without it S3 says of an object that is gone that access is denied, which would never end
    role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  }
}
