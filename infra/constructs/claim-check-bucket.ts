import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { DEAD_LETTER_DAYS } from './dead-letter-queues.ts';

type Props = { readonly topicHours: EnvironmentSettings['retention']['topicHours'] };

/** Values that are too large for a topic or a queue; kept as long as anything can refer to them. */
export class ClaimCheckBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { topicHours }: Props) {
    super(scope, id);
    this.bucket = new Bucket(this, 'bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // a topic that keeps its records for ever keeps its references for ever
        ...(topicHours === 'unlimited' ? [] : [expirationAfter(topicHours)]),
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Objects are parts of records that tasks and functions alone read and write; access logs would need a second bucket for as many objects',
    });
  }
}

const expirationAfter = (topicHours: number): LifecycleRule => ({
  id: 'topic-retention-and-dead-letters',
  // a record may become a dead letter just before its topic would have deleted it
  expiration: Duration.days(Math.ceil(topicHours / 24) + DEAD_LETTER_DAYS + 1),
});
