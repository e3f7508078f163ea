import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DEAD_LETTER_DAYS } from './dead-letter-queues.ts';

type Props = { readonly topicHours: number };

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
        {
          id: 'topic-retention-and-dead-letters',
          // a record may become a dead letter just before its topic would have deleted it
          expiration: Duration.days(Math.ceil(topicHours / 24) + DEAD_LETTER_DAYS + 1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Objects are parts of records that tasks and functions alone read and write; access logs would need a second bucket for as many objects',
    });
  }
}
