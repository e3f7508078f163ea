import { parseArgs } from 'node:util';
import { loadEnvironment } from '../environment.ts';
import { type ConnectorStatus, toStatusLine, watchConnectors } from './connector-status.ts';
import { launch } from './launcher.ts';
import { announce } from './local-state.ts';
import { openRun } from './processes.ts';
import { statusBoard } from './status-board.ts';
import { complain, runCommand, say } from './terminal.ts';

const HELP = `npm start: runs the connectors of infra/environments/local/connectors/ on this machine until Ctrl-C

Starts Kafka, a MongoDB-wire database and stand-ins for DynamoDB, SQS and Lambda, then the connectors, with one status
line for each. Nothing is kept: every start begins with empty services, unless they are your own.

  MONGODB_URI                use a MongoDB of your own (a replica set or sharded cluster)
  KAFKA_BOOTSTRAP_SERVERS    use a Kafka of your own

Meanwhile, in another terminal: npx tailrace status, npx tailrace dead-letters list`;

const STATUS_INTERVAL_MS = 2000;

await runCommand(async (stop) => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const environment = loadEnvironment('local');
  for (const warning of environment.warnings) complain(`warning: ${warning}`);

  // Ctrl-C while services still start: nothing is under way that would have to be drained
  const giveUp = () => process.exit(130);
  stop.addEventListener('abort', giveUp);
  await using run = await openRun();
  const board = statusBoard(process.stdout);
  const notice = (connector: string, line: string) => board.print(`${connector}: ${line}`);
  await using launcher = await launch(run, environment, { report: say, notice });
  stop.removeEventListener('abort', giveUp);

  const width = Math.max(...[...environment.sources, ...environment.sinks].map(({ name }) => name.length), 0);
  const show = (connectors: readonly ConnectorStatus[]) =>
    board.show(connectors.map((status) => toStatusLine(status, width)));
  await using watching = watchConnectors(launcher, STATUS_INTERVAL_MS, show);
  await using _announced = await announce(launcher, watching.latest);
  say(`Logs      ${run.folder}`);
  say('Running until Ctrl-C');
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
  board.print('Stopping: sources drain, sinks finish their batches');
  return 0;
});
