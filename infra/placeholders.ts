import type { Problem } from '../functions/connect/errors.ts';

type Properties = Readonly<Record<string, unknown>>;

/** The secrets and parameters that a connector's placeholders name, for the rights of its role. */
export type SecretReferences = { readonly secrets: readonly string[]; readonly parameters: readonly string[] };

/** Names only: `${secretsmanager:name:key}` is `name`, `${ssm:name}` and MSK Connect's `${ssm::name}` are `name`. */
export function secretReferencesOf(properties: Properties): SecretReferences {
  const placeholders = Object.values(properties).flatMap(placeholdersIn);
  const namesOf = (providers: readonly string[], toName: (path: string) => string) => [
    ...new Set(placeholders.filter(({ provider }) => providers.includes(provider)).map(({ path }) => toName(path))),
  ];
  return {
    // an ARN holds colons itself: the key is behind the last one
    secrets: namesOf(['secretsmanager', 'secretmanager'], (path) =>
      path.includes(':') ? path.slice(0, path.lastIndexOf(':')) : path,
    ),
    parameters: namesOf(['ssm'], (path) => path.replace(/^:/, '')),
  };
}

/** Secrets that stand in a file which is committed, and placeholders that nothing outside of `local` could resolve. */
export function reviewSecrets(properties: Properties, isSecret: (property: string) => boolean): Problem[] {
  return Object.entries(properties).flatMap(([property, value]): Problem[] => {
    if (typeof value !== 'string') return [];
    if (placeholdersIn(value).some(({ provider }) => provider === 'env')) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text that the operator has to write
      const message = 'Expected ${secretsmanager:…} or ${ssm:…}: only local has environment variables of your own';
      return [{ property, message }];
    }
    const secret = isSecret(property) || IS_CREDENTIAL.test(property);
    return hasLiteralSecret(value, secret) ? [{ property, message: LITERAL_SECRET }] : [];
  });
}

/** What the operator has to do about one. */
export const LITERAL_SECRET =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text that the operator has to write
  'Expected no password in the file, got one; keep it in Secrets Manager and write ${secretsmanager:<name>:<key>}';

function placeholdersIn(value: unknown): { provider: string; path: string }[] {
  if (typeof value !== 'string') return [];
  return [...value.matchAll(/\$\{([A-Za-z]+):([^}]*)\}/g)].map(([, provider = '', path = '']) => ({
    provider: provider.toLowerCase(),
    path,
  }));
}

/** Whether a text holds a credential itself; `secret`: whether the whole text is one by its meaning. */
export function hasLiteralSecret(value: string, secret: boolean): boolean {
  const literal = value.replace(/\$\{[^}]*\}/g, '').trim();
  if (CREDENTIALS.some((pattern) => pattern.test(literal))) return true;
  // a connection string is secret for its password alone
  return secret && literal !== '' && !literal.includes('://');
}

const CREDENTIALS = [
  // user:password@host
  /\/\/[^@/]*:[^@/]+@/,
  // the password of a JAAS configuration, of a key file in a connection string, of a setting inside a text
  /password\s*=\s*["']?[^"'\s;&]+/i,
  /AWS_SESSION_TOKEN:[^&\s]/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

/** Properties whose value is a credential, whoever declares them: those of converters, producers and consumers are free. */
const IS_CREDENTIAL = /password|passphrase|secret(?:\.?key)?$|\.user\.info$|api\.?key$/i;
