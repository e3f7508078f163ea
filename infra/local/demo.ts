import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironment } from '../environment.ts';
import { watchConnectors } from './connector-status.ts';
import { awaitEqual, changeFilms, compare, loadFilms, poison, prepare, redrive } from './demo/acts.ts';
import { openStage, type Stage } from './demo/stage.ts';
import { type Launcher, launch } from './launcher.ts';
import { announce } from './local-state.ts';
import { openRun } from './processes.ts';
import { complain, runCommand, say } from './terminal.ts';

const HELP = `npm run demo [-- --keep]: the main job on this machine, as a user would see it

Changes made in MongoDB travel through the real source task, real Kafka and the real Lambda sink into another collection;
the source is killed in the middle; a record that can't be written waits in the dead letter queue and is sent back; at the
end both collections are compared document by document. Exit code 0 only if all of it held.

  --keep                     leave everything running, and print where, until Ctrl-C
  MONGODB_URI                use a MongoDB of your own, without documents in cinema.movies and cinema_copy.movies
  KAFKA_BOOTSTRAP_SERVERS    use a Kafka of your own`;

const STATUS_INTERVAL_MS = 2000;
/** Shorter than in AWS, so that nobody has to wait 10 s for the killed task's lease to run out. */
const LEASE_MS = 4000;

await runCommand(async (stop) => {
  const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const began = performance.now();
  const giveUp = () => process.exit(130);
  stop.addEventListener('abort', giveUp);
  const environment = loadEnvironment('local', join(import.meta.dirname, 'demo/environments'));

  say('1. The services of one machine');
  await using run = await openRun();
  const report = (line: string) => say(`  ${line}`);
  const notice = (connector: string, line: string) => say(`  [${connector}] ${line}`);
  await using launcher = await launch(run, environment, { report, notice, leaseMs: LEASE_MS });
  await using watching = watchConnectors(launcher, STATUS_INTERVAL_MS, () => undefined);
  await using _announced = await announce(launcher, watching.latest);
  await using stage = await openStage(launcher);

  const held = await perform(stage, launcher);
  say(
    `\n${held ? 'All of it held' : 'It did NOT hold, see above'} (${Math.round((performance.now() - began) / 1000)} s)`,
  );
  if (values.keep) await keep(launcher, stop, giveUp);
  return held ? 0 : 1;
});

async function perform(stage: Stage, launcher: Launcher): Promise<boolean> {
  await prepare(stage);
  say('\n2. A source and a sink connector, two ordinary connector files');
  await Promise.all(launcher.sources.map((source) => source.until('streaming')));
  say('  cinema-source streams cinema.movies into the topic cinema.movies');
  say('  cinema-sink writes the topic into cinema_copy.movies');

  say('\n3. Films are loaded, and the source is killed in the middle');
  const films = await loadFilms(stage, launcher);
  await changeFilms(stage, films);
  say('  waiting until the copy has caught up ...');
  if (!(await awaitEqual(stage))) return failed('The copy did not become equal');
  say('  the copy is equal: nothing was lost');

  say('\n4. A record that the copy refuses');
  if (!(await poison(stage))) return failed('The dead letter did not come, or held up what is behind it');

  say('\n5. The cause is mended, the dead letter is sent back');
  if (!(await redrive(stage))) return failed('The redriven record did not arrive');
  say('  it arrived');

  say('\n6. Both collections, document by document, BSON types included');
  return (await compare(stage)) || failed('The collections differ');
}

function failed(why: string): boolean {
  complain(`  ${why}`);
  return false;
}

/** Leaves everything running until Ctrl-C. */
async function keep({ lambdaEndpoint, services }: Launcher, stop: AbortSignal, giveUp: () => void): Promise<void> {
  stop.removeEventListener('abort', giveUp);
  say('\nEverything keeps running until Ctrl-C:');
  say(`  MongoDB   ${services.mongodbUri}   (cinema.movies -> cinema_copy.movies)`);
  say(`  Kafka     ${services.kafkaBootstrapServers}   (topic cinema.movies)`);
  say(`  DynamoDB  ${services.dynamodbEndpoint}   (table ${services.table})`);
  say(`  SQS       ${services.deadLetterQueueUrl}`);
  say(`  Lambda    ${lambdaEndpoint}`);
  say('In another terminal: npx tailrace status, npx tailrace dead-letters list');
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
}
