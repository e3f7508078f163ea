import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { ProgramDeps } from '../program-deps.ts';

/** `tailrace env …`: the files that an operator edits. */
export function environmentCommands(program: Command, deps: ProgramDeps, done: (code: ExitCode) => void): void {
  const group = program.command('env').description('Makes the files of environments');
  group
    .command('new')
    .description('Makes infra/environments/<name>/ from another environment, checks it and says what to edit next')
    .argument('<name>', '1 to 16 lower case letters, digits and dashes')
    .option('--from <env>', 'the environment to copy; dev where it is not given')
    .addHelpText(
      'after',
      `
Names of secrets and the tag "stage" follow the new name, and a VPC gets addresses of its own.

Examples:
  npx tailrace env new qa
  npx tailrace env new eu-prod --from prod`,
    )
    .action(async (name: string, { from }: { from?: string }) => {
      const { newEnvironment } = await import('./new-environment.ts');
      done(newEnvironment(name, from, deps));
    });
}
