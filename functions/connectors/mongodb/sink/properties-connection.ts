import { boolean, password, text } from '../../../connect/properties.ts';
import { refuseConnectionString } from '../client/connection-string.ts';

const group = 'Connection';

/** A value that only a part that isn't built would use. */
const notBuilt = (what: string) => (value: string) => (value === '' ? undefined : `Not built yet: ${what}`);
const mustBeFalse = (what: string) => (value: string) =>
  value.toLowerCase() === 'true' ? `Not built yet: ${what}` : undefined;

const KEY_STORES = 'Java key stores; use tlsCAFile and tlsCertificateKeyFile in connection.uri';

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
    description: 'Path of a Java key store with trusted certificates.',
    default: '',
    check: notBuilt(KEY_STORES),
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
    description: "Path of a Java key store with the client's certificate.",
    default: '',
    check: notBuilt(KEY_STORES),
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
    description: 'Authentication by a Java class.',
    default: '',
    check: mustBeFalse('authentication by a Java class'),
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
