import type { Problem } from '../../../connect/errors.ts';

const ENABLE = 'mongo.custom.auth.mechanism.enable';
const PROVIDER = 'mongo.custom.auth.mechanism.providerClass';

/** Any other text than `true` is off. */
const isEnabled = (enable: string): boolean => enable.toLowerCase() === 'true';

/** Why credentials can't come from a class, as far as it is asked for. A Java class is never there; the words are the peer's. */
export function refuseCredentials(enable: string, provider: string): readonly Problem[] {
  if (!isEnabled(enable)) return [];
  const message =
    provider === ''
      ? `${PROVIDER} is required when ${ENABLE} is set to true.`
      : `Unable to find ${provider} on the classpath. Java classes can't run here; set the credentials in connection.uri`;
  return [{ property: PROVIDER, message }];
}
