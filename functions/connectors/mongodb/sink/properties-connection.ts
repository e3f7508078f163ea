import { boolean, password, text } from '../../../connect/properties.ts';
import { refuseConnectionString } from '../client/connection-string.ts';
import { refuseTrustStore } from '../client/key-store.ts';

const group = 'Connection';

/** How to reach the database; these are not per topic. */
export const connectionProperties = {
  'connection.uri': password({
    group,
    importance: 'high',
    description: 'Connection string. Write concern, pool, timeouts, TLS and authentication come from it alone.',
    default: 'mongodb://localhost:27017',
    check: refuseConnectionString,
  }),
  'server.api.version': text({
    group,
    importance: 'low',
    description: 'Version of the stable API, or empty.',
    default: '',
    check: (value) => (value === '' || value === '1' ? undefined : `Unsupported server API version: ${value}`),
  }),
  'server.api.deprecation.errors': boolean({
    group,
    importance: 'low',
    description: 'Whether deprecated commands fail, with server.api.version.',
    default: 'false',
  }),
  'server.api.strict': boolean({
    group,
    importance: 'low',
    description: 'Whether commands outside of the stable API fail, with server.api.version.',
    default: 'false',
  }),
  provider: text({ group, importance: 'low', description: 'Added to the name in the handshake.', default: '' }),
  'connection.ssl.truststore': text({
    group,
    importance: 'low',
    description: 'Trust store of Java, which can not be read here: use tlsCAFile in connection.uri.',
    default: '',
    check: refuseTrustStore,
  }),
  'connection.ssl.truststorePassword': password({
    group,
    importance: 'low',
    description: 'Password of the trust store.',
    default: '',
  }),
  'connection.ssl.keystore': text({
    group,
    importance: 'low',
    description:
      'PKCS12 file with the certificate and the private key of the client, where the function runs; TLS itself is switched on in connection.uri.',
    default: '',
  }),
  'connection.ssl.keystorePassword': password({
    group,
    importance: 'low',
    description: 'Password of the key store.',
    default: '',
  }),
  'mongo.custom.auth.mechanism.enable': text({
    group,
    importance: 'low',
    description: 'Credentials from a Java class, which can not run here: true is refused.',
    default: '',
  }),
  'mongo.custom.auth.mechanism.providerClass': text({
    group,
    importance: 'low',
    description: 'The Java class of mongo.custom.auth.mechanism.enable.',
    default: '',
  }),
  'max.num.retries': text({
    group,
    importance: 'low',
    description: 'Obsolete in the peer, which ignores it with a warning; so do we.',
    default: '',
  }),
  'retries.defer.timeout': text({
    group,
    importance: 'low',
    description: 'Obsolete in the peer, which ignores it with a warning; so do we.',
    default: '',
  }),
};
