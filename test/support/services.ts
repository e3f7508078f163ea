import type { TestProject } from 'vitest/node';
import { openRun } from '../../infra/local/processes.ts';
import { type Services, startServices } from '../../infra/local/services.ts';
import { namesOf } from '../../infra/names.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    services: Services;
  }
}

/** Starts the services once for all integration tests; a test gets their addresses by `inject('services')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = new AsyncDisposableStack();
  try {
    const run = stack.use(await openRun());
    const report = (line: string) => process.stderr.write(`${line}\n`);
    const {
      [Symbol.asyncDispose]: dispose,
      deadLettersOf: _,
      ...services
    } = await startServices(run, {
      report,
      names: namesOf('local'),
    });
    stack.defer(dispose);
    project.provide('services', services);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return () => stack.disposeAsync();
}
