import { ConfigError, messageOf, type Problem } from '../connect/errors.ts';

export type SecretSources = {
  env(name: string): string | undefined;
  /** The text of a secret in Secrets Manager. */
  secret(name: string): Promise<string | undefined>;
  /** The decrypted value of a parameter in Systems Manager. */
  parameter(name: string): Promise<string | undefined>;
};

type Properties = Readonly<Record<string, unknown>>;

/** `${secretsmanager:name:key}`, `${ssm:name}`, `${env:NAME}`; MSK Connect writes `${secretManager:name:key}` and `${ssm::name}`. */
const PLACEHOLDERS = /\$\{([A-Za-z]+):([^}]*)\}/g;

/**
 * The properties with every placeholder replaced by what it names.
 *
 * @throws ConfigError with each placeholder that could not be resolved, by property; never with a secret.
 */
export async function resolvePlaceholders(
  properties: Properties,
  sources: SecretSources,
): Promise<Record<string, unknown>> {
  const problems: Problem[] = [];
  const resolved: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(properties)) {
    resolved[property] = value;
    if (typeof value !== 'string') continue;
    for (const [placeholder, provider = '', path = ''] of value.matchAll(PLACEHOLDERS)) {
      const found = await lookUp(provider.toLowerCase(), path, sources).catch((error: unknown) => ({
        failed: messageOf(error),
      }));
      if (typeof found === 'string') resolved[property] = String(resolved[property]).replace(placeholder, () => found);
      else problems.push({ property, message: `Can't read ${placeholder}: ${found?.failed ?? 'it is not there'}` });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems, 'SECRET_UNAVAILABLE');
  return resolved;
}

async function lookUp(
  provider: string,
  path: string,
  sources: SecretSources,
): Promise<string | { failed: string } | undefined> {
  switch (provider) {
    case 'env':
      return sources.env(path);
    case 'ssm':
      return sources.parameter(path.replace(/^:/, ''));
    case 'secretsmanager':
    case 'secretmanager': {
      // names of secrets may hold colons (ARNs do): the key is behind the last one
      const split = path.lastIndexOf(':');
      if (split < 0) return sources.secret(path);
      const whole = await sources.secret(path.slice(0, split));
      return whole === undefined ? undefined : keyOf(whole, path.slice(split + 1));
    }
    default:
      return { failed: `unknown provider "${provider}", expected secretsmanager, ssm or env` };
  }
}

function keyOf(secret: string, key: string): string | { failed: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(secret);
  } catch {
    // the parser's message would quote the secret
    return { failed: `the secret is not a JSON object, so it has no key "${key}"` };
  }
  const value = parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : { failed: `the secret has no text under the key "${key}"` };
}

/** Secrets Manager and Systems Manager; their clients are loaded only where a placeholder needs them. */
export function awsSecretSources(env: (name: string) => string | undefined): SecretSources {
  return {
    env,
    async secret(name) {
      const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
      const answer = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: name }));
      return answer.SecretString;
    },
    async parameter(name) {
      const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
      const answer = await new SSMClient().send(new GetParameterCommand({ Name: name, WithDecryption: true }));
      return answer.Parameter?.Value;
    },
  };
}
