import { Command, CommanderError } from 'commander';
import { deadLetterCommands, environmentOption } from './dead-letters/commands.ts';
import { environmentCommands } from './environments/commands.ts';
import { EXIT, type ExitCode, Failure } from './failure.ts';
import { oneLine } from './one-line.ts';
import type { ProgramDeps } from './program-deps.ts';
import { sentenceOf } from './sentence-of.ts';

const EXAMPLES = `
Examples:
  npx tailrace validate infra/environments/dev/connectors/*.json
  npx tailrace status
  npx tailrace dead-letters list --env prod
  npx tailrace dead-letters redrive --all
  npx tailrace env new qa --from staging

Exit codes: 0 done, 1 failed, 2 wrong input (problems in a file, unknown command or environment)`;

/** Runs one command line; errors are sentences, never stack traces. */
export async function runProgram(args: readonly string[], deps: ProgramDeps): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const program = createProgram(deps, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed its own sentence
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    if (deps.signal.aborted) return EXIT.interrupted;
    deps.err(oneLine(`Error: ${sentenceOf(error)}`));
    return error instanceof Failure ? error.exitCode : EXIT.failed;
  }
}

function createProgram(deps: ProgramDeps, done: (code: ExitCode) => void): Command {
  const lines = (print: (line: string) => void) => (text: string) => print(text.replace(/\n$/, ''));
  // settings are inherited by commands that are made after them
  const program = new Command('tailrace')
    .description('Looks after the connectors of Tailrace: Kafka Connect for MongoDB, without a cluster to run')
    .version(deps.version)
    .exitOverride()
    .configureOutput({
      writeOut: lines(deps.out),
      writeErr: lines(deps.err),
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => `Error: ${first.toUpperCase()}`)),
    })
    .showHelpAfterError('See --help')
    .addHelpText('after', EXAMPLES);
  validateCommand(program, deps, done);
  statusCommand(program, deps, done);
  deadLetterCommands(program, deps, done);
  environmentCommands(program, deps, done);
  return program;
}

function validateCommand(program: Command, deps: ProgramDeps, done: (code: ExitCode) => void): void {
  program
    .command('validate')
    .description('Checks connector files and environment.json files, and prints every problem of every file')
    .argument('<files...>', 'connector files, environment.json files, or folders of them')
    .addHelpText(
      'after',
      `
Each problem is a line "file: property: message". Connector files are those of Kafka Connect:
  {"name": "orders-sink", "config": {"connector.class": "com.mongodb.kafka.connect.MongoSinkConnector", …}}

Examples:
  npx tailrace validate orders-sink.json
  npx tailrace validate infra/environments/dev`,
    )
    .action(async (files: string[]) => {
      const { validateFiles } = await import('./validate/validate.ts');
      done(validateFiles(files, deps));
    });
}

function statusCommand(program: Command, deps: ProgramDeps, done: (code: ExitCode) => void): void {
  program
    .command('status')
    .description('Shows the connectors of an environment: state, position, dead letters')
    .addOption(environmentOption())
    .addHelpText(
      'after',
      `
POSITION is the database's time inside the last stored position, STORED when it was stored.

Examples:
  npx tailrace status
  npx tailrace status --env prod`,
    )
    .action(async ({ env }: { env: string }) => {
      const [{ findEnvironment }, { statusOf }] = await Promise.all([
        import('./environment.ts'),
        import('./status/status-of.ts'),
      ]);
      done(await statusOf(findEnvironment(env, deps), deps));
    });
}
