import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../functions/connect/errors.ts';
import { bundleEnvironment } from './bundles.ts';
import { environmentNames, environmentsFolder, loadEnvironment, requireCloud } from './environment.ts';
import { makeStacks } from './stacks/all-stacks.ts';

/** `cdk synth -c env=dev`: the files of one environment become its stacks. */
async function main(): Promise<void> {
  const app = new App();
  const folder = folderOf(app);
  const environment = requireCloud(loadEnvironment(chosenEnvironment(app, folder), folder));
  for (const warning of environment.warnings) console.error(`warning: ${warning}`);
  // before the stacks, which hash the folders
  const bundles = await bundleEnvironment(environment);
  makeStacks(app, environment, bundles);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

/** `-c environments=<folder>`: files that are kept elsewhere. */
function folderOf(app: App): string {
  const folder: unknown = app.node.tryGetContext('environments');
  return typeof folder === 'string' && folder !== '' ? resolve(folder) : environmentsFolder;
}

function chosenEnvironment(app: App, folder: string): string {
  const name: unknown = app.node.tryGetContext('env');
  if (typeof name === 'string' && name !== '') return name;
  const known = environmentNames(folder)
    .filter((candidate) => candidate !== 'local')
    .join(', ');
  throw new ConfigError([{ property: '', message: `Expected an environment, such as -c env=dev; there are ${known}` }]);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  // a person's files are wrong, not the program: no stack trace
  console.error(error.message);
  process.exit(2);
}
