import { boolean, password, text } from '../../../connect/properties.ts';
import { refuseConnectionString } from '../client/connection-string.ts';

/** Where the database is and how to reach it. */
export const connectionProperties = {
  'connection.uri': password({
    group: 'Connection',
    importance: 'high',
    description: 'Connection string of the deployment to watch; every option of the driver can stand in it.',
    default: 'mongodb://localhost:27017,localhost:27018,localhost:27019',
    check: refuseConnectionString,
  }),
  database: text({
    group: 'Connection',
    importance: 'medium',
    description: 'Database to watch; empty: the whole deployment.',
    default: '',
  }),
  collection: text({
    group: 'Connection',
    importance: 'medium',
    description: 'Collection to watch; empty: the whole database.',
    default: '',
  }),
  'server.api.version': text({
    group: 'Connection',
    importance: 'low',
    description: 'Version of the stable API; empty: none.',
    default: '',
    check: (value) => (value === '' || value === '1' ? undefined : `Unsupported server API version: ${value}`),
  }),
  'server.api.deprecation.errors': boolean({
    group: 'Connection',
    importance: 'low',
    description: 'Makes deprecated commands of the stable API errors; used with a version only.',
    default: 'false',
  }),
  'server.api.strict': boolean({
    group: 'Connection',
    importance: 'low',
    description: 'Makes commands outside of the stable API errors; used with a version only.',
    default: 'false',
  }),
  'connection.ssl.truststore': text({
    group: 'Connection',
    importance: 'medium',
    description: 'Trust store of Java, which can not be read here: use tlsCAFile in connection.uri.',
    default: '',
  }),
  'connection.ssl.truststorePassword': password({
    group: 'Connection',
    importance: 'medium',
    description: 'Password of connection.ssl.truststore.',
    default: '',
  }),
  'connection.ssl.keystore': text({
    group: 'Connection',
    importance: 'medium',
    description:
      'PKCS12 file with the certificate and the private key of the client, where the task runs; TLS itself is switched on in connection.uri.',
    default: '',
  }),
  'connection.ssl.keystorePassword': password({
    group: 'Connection',
    importance: 'medium',
    description: 'Password of connection.ssl.keystore.',
    default: '',
  }),
  'mongo.custom.auth.mechanism.enable': text({
    group: 'Connection',
    importance: 'low',
    description: 'true: credentials come from a Java class of your own, which cannot run here.',
    default: '',
  }),
  'mongo.custom.auth.mechanism.providerClass': text({
    group: 'Connection',
    importance: 'low',
    description: 'Java class of mongo.custom.auth.mechanism.enable.',
    default: '',
  }),
  provider: text({
    group: 'Connection',
    importance: 'low',
    description: 'Added to the name that the server sees in its log.',
    default: '',
  }),
};
