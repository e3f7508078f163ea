import { execFile } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, RetriableError } from '../../functions/connect/errors.ts';
import { mavenJars, type WantedJars } from './maven-jars.ts';

export const KAFKA_VERSION = '4.3.1';

export type KafkaJars = {
  /** For `java -cp`. */
  readonly classPath: string;
  /** The features that a newly formatted Kafka of this version has; with a copy of it no broker needs the slow format step. */
  readonly bootstrapCheckpoint: string;
};

const KAFKA: WantedJars = {
  folder: `kafka-${KAFKA_VERSION}`,
  pom: join(import.meta.dirname, 'kafka/pom.xml'),
  what: `Apache Kafka ${KAFKA_VERSION}`,
  megabytes: 55,
  orElse: 'or set KAFKA_BOOTSTRAP_SERVERS to the address of a Kafka of your own',
  finish: formatOnce,
};

/** Apache Kafka's jars, fetched by Maven on the first call. */
export async function kafkaJars(report: (sentence: string) => void): Promise<KafkaJars> {
  const folder = await mavenJars(KAFKA, report);
  return { classPath: join(folder, 'libs', '*'), bootstrapCheckpoint: join(folder, 'bootstrap.checkpoint') };
}

/** Formats a storage folder that is thrown away and keeps the one file of it that is the same for every node. */
async function formatOnce(folder: string): Promise<void> {
  const storage = join(folder, 'format');
  const properties = join(folder, 'format.properties');
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': '1@127.0.0.1:9093',
    listeners: 'CONTROLLER://127.0.0.1:9093,PLAINTEXT://127.0.0.1:9092',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': storage,
  };
  writeFileSync(properties, toPropertiesText(lines));
  const args = ['-cp', join(folder, 'libs', '*'), 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ'];
  try {
    await promisify(execFile)('java', [...args, '-c', properties]);
  } catch (error) {
    throw new RetriableError('SERVICE_UNAVAILABLE', `Kafka's StorageTool failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
  renameSync(join(storage, 'bootstrap.checkpoint'), join(folder, 'bootstrap.checkpoint'));
  rmSync(storage, { recursive: true });
  rmSync(properties);
}

/** A Java properties file; our values hold no characters that need escaping. */
export const toPropertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
