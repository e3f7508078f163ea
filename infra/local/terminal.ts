import { ConfigError, ConnectorError, messageOf } from '../../functions/connect/errors.ts';

export const say = (line = ''): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs a command of this machine and sets the exit code: a sentence per problem and no stack trace for what a person caused. */
export async function runCommand(command: (stop: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      stop.abort();
      // somebody who asks twice does not want to wait; what runs is ended at the exit
      if (asked > 1) process.exit(130);
    });
  }
  try {
    process.exitCode = await command(stop.signal);
  } catch (error) {
    process.exitCode = explain(error);
  }
  process.exit();
}

function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    for (const { message, property } of error.problems) complain(property ? `${property}: ${message}` : message);
    return 2;
  }
  complain(error instanceof ConnectorError ? error.message : ((error as Error).stack ?? messageOf(error)));
  return 1;
}
