export const LOCAL_REGION = 'us-east-1';

/** What the stand-ins for AWS accept, as they accept everything. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * The environment with which AWS's own SDK talks to the stand-ins of one machine and to nothing else: a profile, a
 * session or an instance role of the person who starts it must not leak in.
 */
export function awsEnvironmentOf(endpoints: {
  dynamodbEndpoint: string;
  sqsEndpoint: string;
  s3Endpoint: string;
}): Record<string, string> {
  return {
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodbEndpoint,
    AWS_ENDPOINT_URL_SQS: endpoints.sqsEndpoint,
    AWS_ENDPOINT_URL_S3: endpoints.s3Endpoint,
  };
}
