import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { KAFKA_VERSION } from '../../infra/local/kafka-jars.ts';
import { mavenJars } from '../../infra/local/maven-jars.ts';

/** The newest one that is published. */
export const PEER_VERSION = '2.0.1';

/** What a report says of the peer. */
export function peerVersions(): Readonly<Record<string, string>> {
  const properties = spawnSync('java', ['-XshowSettings:properties', '-version'], { encoding: 'utf8' }).stderr;
  return {
    'Kafka Connect': KAFKA_VERSION,
    'MongoDB Kafka Connector': PEER_VERSION,
    Java: /java\.runtime\.version = (.*)/.exec(properties)?.[1] ?? 'unknown',
  };
}

/** For `java -cp`: Kafka Connect and the MongoDB Kafka Connector, fetched by Maven on the first call. */
export async function peerClassPath(report: (sentence: string) => void): Promise<string> {
  const wanted = {
    folder: `peer-${KAFKA_VERSION}-${PEER_VERSION}`,
    pom: join(import.meta.dirname, 'pom.xml'),
    what: `Kafka Connect ${KAFKA_VERSION} with the MongoDB Kafka Connector ${PEER_VERSION}`,
    megabytes: 41,
    orElse: 'or leave out --peer',
  };
  return join(await mavenJars(wanted, report), 'libs', '*');
}
