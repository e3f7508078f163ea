import { type Command, InvalidArgumentError, Option } from 'commander';
import { findEnvironment } from '../environment.ts';
import type { ExitCode } from '../failure.ts';
import type { ProgramDeps } from '../program-deps.ts';

type Done = (code: ExitCode) => void;

/** The option that every command about something running has. */
export const environmentOption = (): Option =>
  new Option('--env <name>', 'local, or an environment of infra/environments').default('local');

const connectorOption = () => new Option('--connector <name>', 'only dead letters of this connector');

/** Adds `dead-letters list | show | redrive | free`. */
export function deadLetterCommands(program: Command, deps: ProgramDeps, done: Done): void {
  const group = program
    .command('dead-letters')
    .description('Shows the records that could not be written, and sends them to their sink again')
    .addHelpText(
      'after',
      `
Examples:
  npx tailrace dead-letters list
  npx tailrace dead-letters show 3f2a91c0
  npx tailrace dead-letters redrive 3f2a91c0 8d11
  npx tailrace dead-letters redrive --connector orders-sink --env prod`,
    );
  listCommand(group, deps, done);
  showCommand(group, deps, done);
  redriveCommand(group, deps, done);
  freeCommand(group, deps, done);
}

function listCommand(group: Command, deps: ProgramDeps, done: Done): void {
  group
    .command('list')
    .description('Lists facts about dead letters, oldest first, never the content of a document')
    .addOption(environmentOption())
    .addOption(connectorOption())
    .option('--limit <count>', 'most dead letters to list', toLimit, 100)
    .addHelpText(
      'after',
      '\nExamples:\n  npx tailrace dead-letters list\n  npx tailrace dead-letters list --env prod --limit 1000',
    )
    .action(async ({ env, connector, limit }: { env: string; connector?: string; limit: number }) => {
      const [{ connectQueues }, { listDeadLetters }] = await Promise.all([
        import('./connect-queues.ts'),
        import('./list.ts'),
      ]);
      await using queues = await connectQueues(findEnvironment(env, deps));
      done(await listDeadLetters({ ...deps, ...queues }, { connector, limit }));
    });
}

function showCommand(group: Command, deps: ProgramDeps, done: Done): void {
  group
    .command('show')
    .description('Shows one dead letter whole: its attributes and its body with the record')
    .argument('<id>', 'id as "list" shows it; its first characters are enough')
    .addOption(environmentOption())
    .addHelpText('after', '\nExample:\n  npx tailrace dead-letters show 3f2a91c0')
    .action(async (id: string, { env }: { env: string }) => {
      const [{ connectQueues }, { showDeadLetter }, { assertIds }] = await Promise.all([
        import('./connect-queues.ts'),
        import('./show.ts'),
        import('./letter.ts'),
      ]);
      assertIds([id]);
      await using queues = await connectQueues(findEnvironment(env, deps));
      done(await showDeadLetter({ ...deps, ...queues }, id));
    });
}

type RedriveOptions = { env: string; connector?: string; all?: boolean; force?: boolean };

function redriveCommand(group: Command, deps: ProgramDeps, done: Done): void {
  group
    .command('redrive')
    .description('Sends dead letters to their sink again, through the replay queue; those of sources are left')
    .argument('[ids...]', 'ids as "list" shows them; their first characters are enough')
    .addOption(environmentOption())
    .addOption(connectorOption())
    .option('--all', 'all dead letters of sinks')
    .option('--force', 'also those whose keys are not parked: newer state of their documents may be overwritten')
    .addHelpText(
      'after',
      `
Those of one key are sent one by one in the order of their records, each when the one before it is written.

Examples:
  npx tailrace dead-letters redrive 3f2a91c0
  npx tailrace dead-letters redrive --all --env prod`,
    )
    .action(async (ids: string[], { env, connector, all = false, force = false }: RedriveOptions) => {
      const [{ connectQueues }, { assertSelection, redriveDeadLetters }] = await Promise.all([
        import('./connect-queues.ts'),
        import('./redrive.ts'),
      ]);
      const selection = { ids, connector, all, isForced: force };
      assertSelection(selection);
      await using queues = await connectQueues(findEnvironment(env, deps));
      done(await redriveDeadLetters({ ...deps, ...queues, progress: progressOf(deps) }, selection));
    });
}

function freeCommand(group: Command, deps: ProgramDeps, done: Done): void {
  group
    .command('free')
    .description(
      'Gives up what waits of a parked key and has no dead letter any more, so that its next records are written',
    )
    .argument(
      '<position or key>',
      'position such as orders-3@1042, or a key with all that waits of it, as "show" prints it',
    )
    .requiredOption('--connector <name>', 'the sink connector')
    .option('--force', 'also where the dead letter is still there: it is left out when it is sent again')
    .addOption(environmentOption())
    .addHelpText(
      'after',
      '\nExample:\n  npx tailrace dead-letters free orders-3@1042 --connector orders-sink --env prod',
    )
    .action(async (what: string, { connector, env, force = false }: FreeOptions) => {
      const [{ connectQueues }, { freeParked }] = await Promise.all([
        import('./connect-queues.ts'),
        import('./free.ts'),
      ]);
      await using queues = await connectQueues(findEnvironment(env, deps));
      done(await freeParked({ ...deps, ...queues }, { what, connector, isForced: force }));
    });
}

type FreeOptions = { env: string; connector: string; force?: boolean };

function toLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new InvalidArgumentError('Expected a whole number from 1.');
  return limit;
}

const PROGRESS_INTERVAL_MS = 1000;

/** A line a second is enough for a queue of thousands. */
function progressOf({ err, now }: Pick<ProgramDeps, 'err' | 'now'>): (line: string) => void {
  let last = now();
  return (line) => {
    if (now() - last < PROGRESS_INTERVAL_MS) return;
    last = now();
    err(line);
  };
}
