import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { bundleSource } from '../../../infra/bundle.ts';
import { openRun } from '../../../infra/local/processes.ts';

const WRONG = {
  name: 'wrong',
  config: {
    'connector.class': 'MongoSource',
    'connection.uri': 'http://user:hush@host',
    databse: 'shop',
    'batch.size': 'many',
  },
};

/** Runs the source task with a connector file until it ends. */
async function runTask(
  text: string,
  env: Record<string, string> = {},
): Promise<{ exitCode: number | string; lines: string[] }> {
  await using run = await openRun();
  const services = inject('services');
  const file = join(run.folder, 'connector-under-test.json');
  writeFileSync(file, text);
  const folder = join(run.folder, 'bundle');
  mkdirSync(folder);
  const main = await bundleSource(folder, file);
  const task = run.start('task', process.execPath, [main], {
    env: {
      ...services.awsEnvironment,
      TAILRACE_ENVIRONMENT: 'local',
      TAILRACE_TABLE: services.table,
      TAILRACE_HEALTH_PORT: '0',
      KAFKA_BOOTSTRAP_SERVERS: services.kafkaBootstrapServers,
      ...env,
    },
  });
  const exitCode = await Promise.race([
    task.exited,
    new Promise<string>((resolve) => setTimeout(resolve, 15_000, 'runs')),
  ]);
  return { exitCode, lines: readFileSync(task.logFile, 'utf8').trim().split('\n') };
}

const messagesOf = (lines: readonly string[]) =>
  lines.map((line) => String((JSON.parse(line) as { message: string }).message));

test('a wrong connector file ends the task with exit code 2 and every problem by file and property', async () => {
  const { exitCode, lines } = await runTask(JSON.stringify(WRONG));
  expect(exitCode).toBe(2);
  const messages = messagesOf(lines);
  for (const problem of ['databse: Unknown property; did you mean database?', 'connection.uri: ', 'batch.size: ']) {
    expect(messages.filter((message) => message.includes(`connector.json: ${problem}`))).toHaveLength(1);
  }
  expect(lines.join()).not.toMatch(/hush|\s+at .*\(/);
});

test.each([
  [
    'an unknown class',
    '{"name": "a", "config": {"connector.class": "com.example.Mine"}}',
    'connector.class: Class not found: com.example.Mine',
  ],
  ['invalid JSON', '{"name": "a", "config": {', 'Not valid JSON: CloseBraceExpected at line 1, column 26'],
])('%s ends the task with exit code 2 and a sentence', async (_, text, sentence) => {
  const { exitCode, lines } = await runTask(text);
  expect(exitCode).toBe(2);
  expect(messagesOf(lines).join('\n')).toContain(sentence);
});

test.concurrent.each([
  ['Kafka', 'mongodb://127.0.0.1:1/?directConnection=true', '127.0.0.1:1', 'No Kafka broker of 127.0.0.1:1 answered'],
  ['MongoDB', 'mongodb://user:hush@127.0.0.1:1/?directConnection=true', undefined, '127.0.0.1:1'],
])(
  'a %s that is not there is a sentence within 15 s, without a stack trace, and is tried again',
  async (_, uri, brokers, sentence) => {
    const config = {
      'connector.class': 'MongoSource',
      'connection.uri': uri,
      database: 'shop',
      'topic.creation.default.partitions': 1,
      'topic.creation.default.replication.factor': 1,
    };
    const { exitCode, lines } = await runTask(
      JSON.stringify({ name: `unreachable-${brokers ? 'kafka' : 'mongodb'}`, config }),
      brokers ? { KAFKA_BOOTSTRAP_SERVERS: brokers } : {},
    );
    expect(exitCode).toBe('runs');
    const errors = lines.filter((line) => line.includes('"ERROR"'));
    expect(errors.join('\n')).toContain(sentence);
    expect(lines.join()).not.toMatch(/hush|\s+at .*\(/);
  },
);
