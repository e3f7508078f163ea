import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaJars } from '../../../infra/local/kafka-jars.ts';

/** Runs one of Apache Kafka's own command line tools and returns what it prints. */
export async function runKafkaTool(mainClass: string, args: readonly string[]): Promise<string> {
  const { classPath } = await kafkaJars(() => undefined);
  const java = ['-XX:TieredStopAtLevel=1', '-cp', classPath, mainClass, ...args];
  const { stdout } = await promisify(execFile)('java', java, { maxBuffer: 64_000_000 });
  return stdout;
}
