import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, messageOf } from '../../../connect/errors.ts';

/** `connection.ssl.keystore`; an empty path names none. */
export type KeyStore = { readonly path: string; readonly password: string };

/** Why no trust store can be used: Node.js reads a PKCS12 file only for the private key in it, and JKS not at all. */
export const refuseTrustStore = (path: string): string | undefined =>
  path === '' ? undefined : "Trust stores of Java can't be read here; set tlsCAFile in connection.uri";

/**
 * The client's certificate and key for the driver. As the peer's, a key store does not switch TLS on.
 *
 * @throws ConfigError where the file is not there, is no PKCS12 file with a private key, or the password is wrong.
 */
export function readKeyStore({ path, password }: KeyStore): { readonly pfx?: Buffer; readonly passphrase?: string } {
  if (path === '') return {};
  try {
    const pfx = readFileSync(path);
    createSecureContext({ pfx, passphrase: password });
    return { pfx, passphrase: password };
  } catch (error) {
    const message = `Expected a PKCS12 file with a private key that connection.ssl.keystorePassword opens, got: ${messageOf(error)}; keytool -importkeystore -deststoretype pkcs12 makes one`;
    throw new ConfigError([{ property: 'connection.ssl.keystore', message }], undefined, { cause: error });
  }
}
