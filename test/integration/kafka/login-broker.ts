import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKafka } from '../../../infra/local/kafka.ts';
import type { Run } from '../../../infra/local/processes.ts';
import { runKafkaTool } from './kafka-tools.ts';

const STORE_PASSWORD = 'changeit';
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const OAUTH = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule';

export type LoginBroker = {
  readonly bootstrapServers: string;
  /** The certificate of the broker, to trust. */
  readonly ca: string;
  /** Makes a user of SCRAM-SHA-512; users live in the cluster's metadata, so the broker has to run. */
  addUser(name: string, password: string): Promise<void>;
};

/** A broker that takes TLS only, wants a login and demands a new one every `reauthenticateMs`, as MSK does every 12 hours. */
export async function startLoginBroker(run: Run, reauthenticateMs: number): Promise<LoginBroker> {
  const store = join(run.folder, 'broker.p12');
  const ca = join(run.folder, 'broker.pem');
  const access = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD, '-alias', 'broker'];
  const keytool = (args: readonly string[]) => promisify(execFile)('keytool', [...args, ...access]);
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1', '-validity', '2'];
  await keytool(['-genkeypair', '-keyalg', 'RSA', ...names]);
  await keytool(['-exportcert', '-rfc', '-file', ca]);
  const { bootstrapServers } = await startKafka(run, {
    report: () => undefined,
    // it would have to log in
    awaitReady: false,
    properties: {
      'listener.security.protocol.map': 'CLIENTS:SASL_SSL,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'listener.name.clients.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512,OAUTHBEARER',
      'listener.name.clients.plain.sasl.jaas.config': `${PLAIN} required user_admin="secret";`,
      'listener.name.clients.scram-sha-512.sasl.jaas.config': `${SCRAM} required;`,
      'listener.name.clients.oauthbearer.sasl.jaas.config': `${OAUTH} required unsecuredLoginStringClaim_sub="broker";`,
      'ssl.keystore.location': store,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.password': STORE_PASSWORD,
      'connections.max.reauth.ms': String(reauthenticateMs),
    },
  });
  const client = join(run.folder, 'admin.properties');
  const jaas = `${PLAIN} required username="admin" password="secret";`;
  const trust = `ssl.truststore.location=${store}\nssl.truststore.type=PKCS12\nssl.truststore.password=${STORE_PASSWORD}\n`;
  writeFileSync(client, `security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=${jaas}\n${trust}`);
  return {
    bootstrapServers,
    ca: readFileSync(ca, 'utf8'),
    addUser: async (name, password) => {
      await runKafkaTool('kafka.admin.ConfigCommand', [
        ...['--bootstrap-server', bootstrapServers, '--command-config', client, '--alter'],
        ...['--add-config', `SCRAM-SHA-512=[iterations=4096,password=${password}]`],
        ...['--entity-type', 'users', '--entity-name', name],
      ]);
    },
  };
}
