import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { secretReferencesOf } from '../placeholders.ts';

/** Lets a role read exactly what the placeholders of a connector file name. */
export function allowSecrets(role: Role, properties: Readonly<Record<string, unknown>>): void {
  const stack = Stack.of(role);
  const { parameters, secrets } = secretReferencesOf(properties);
  const isArn = (name: string) => name.startsWith('arn:');
  if (secrets.length > 0) {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: secrets.map((name) =>
          isArn(name)
            ? name
            : stack.formatArn({
                service: 'secretsmanager',
                resource: 'secret',
                arnFormat: ArnFormat.COLON_RESOURCE_NAME,
                // Secrets Manager adds a dash and six characters of its own
                resourceName: `${name}-??????`,
              }),
        ),
      }),
    );
  }
  if (parameters.length > 0) {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: parameters.map((name) =>
          isArn(name)
            ? name
            : stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') }),
        ),
      }),
    );
  }
}
