import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'jsonc-parser';
import type { z } from 'zod';
import { ConfigError, type Problem } from '../functions/connect/errors.ts';
import { reviewCertificates } from './certificates.ts';
import { type LoadedSink, type LoadedSource, loadConnectors } from './environment-connectors.ts';
import { reviewConnectors, reviewSettings } from './environment-review.ts';
import { type CloudSettings, type EnvironmentSettings, environmentSchema } from './environment-schema.ts';

/** One environment as its files say: `infra/environments/<name>/`. */
export type Environment = {
  readonly name: string;
  readonly settings: EnvironmentSettings;
  readonly sources: readonly LoadedSource[];
  readonly sinks: readonly LoadedSink[];
  /** What is accepted but probably not meant, one sentence each. */
  readonly warnings: readonly string[];
  /** Those of them that need more than one file to be seen. */
  readonly warningsBetween: readonly string[];
};

/** An environment that stacks can be made from. */
export type CloudEnvironment = Environment & { readonly settings: CloudSettings };

const project = join(import.meta.dirname, '..');

/** Names of resources begin with it, and some of them are short. */
export const ENVIRONMENT_NAME = /^[a-z][a-z0-9-]{0,15}$/;

export const environmentsFolder = join(import.meta.dirname, 'environments');

/** The environments that there are, in the order of the alphabet. */
export const environmentNames = (folder: string = environmentsFolder): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'environment.json')))
    .map(({ name }) => name)
    .sort();

/**
 * Reads and validates everything that belongs to an environment.
 *
 * @throws ConfigError with all problems of all files, each with its file and property.
 */
export function loadEnvironment(name: string, folder: string = environmentsFolder): Environment {
  const known = environmentNames(folder);
  if (!known.includes(name)) {
    const message = `Unknown environment "${name}", expected one of ${known.join(', ')} (the folders of ${shown(folder)})`;
    throw new ConfigError([{ property: '', message }]);
  }
  const file = join(folder, name, 'environment.json');
  const { settings, problems } = readSettings(file);
  if (!ENVIRONMENT_NAME.test(name)) {
    const message = `Expected the name of an environment to be 1 to 16 lower case letters, digits and dashes, got "${name}"`;
    problems.push({ property: shown(file), message });
  }
  const connectors = loadConnectors(join(folder, name, 'connectors'), { isLocal: name === 'local', settings, shown });
  problems.push(...connectors.problems, ...reviewCertificates(join(folder, name, 'connectors'), shown));
  const { sources, sinks, warnings } = connectors;
  const warningsBetween: string[] = [];
  if (settings) {
    problems.push(...reviewSettings(name, settings).map((problem) => inFile(shown(file), problem)));
    const between = reviewConnectors({
      ...{ name, settings, sources, sinks },
      inEnvironment: (property) => `${shown(file)}: ${property}`,
      inConnector: (connector, property) => `${shown(connector.file)}: ${property}`,
    });
    problems.push(...between.problems);
    warningsBetween.push(...between.warnings);
  }
  if (problems.length > 0 || !settings) throw new ConfigError(problems);
  return { name, settings, sources, sinks, warnings: [...warnings, ...warningsBetween], warningsBetween };
}

/** The same environment where stacks can be made from it; `local` has neither network nor cluster. */
export function requireCloud(environment: Environment): CloudEnvironment {
  const { network, kafka } = environment.settings;
  if (network && kafka) return { ...environment, settings: { ...environment.settings, network, kafka } };
  const message = `Environment ${environment.name} runs on one machine: use npm start, or an environment with network and kafka`;
  throw new ConfigError([{ property: '', message }]);
}

function readSettings(file: string): { settings?: EnvironmentSettings; problems: Problem[] } {
  const errors: { offset: number }[] = [];
  const text = readFileSync(file, 'utf8');
  const document: unknown = parse(text, errors as never[], { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    return { problems: [{ property: shown(file), message: `Not valid JSON at line ${line}` }] };
  }
  const result = environmentSchema.safeParse(document);
  if (result.success) return { settings: result.data, problems: [] };
  return { problems: result.error.issues.flatMap(toProblems).map((problem) => inFile(shown(file), problem)) };
}

/** One problem per unknown property, so that each can be found by its name. */
function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ property: [...path, key].join('.'), message: 'Unknown property' }));
  }
  return [{ property: path.join('.'), message: issue.message }];
}

const inFile = (file: string, { property, message }: Problem): Problem => ({
  property: property ? `${file}: ${property}` : file,
  message,
});

/** Paths as a person in the project's folder would type them. */
const shown = (path: string): string => {
  const short = relative(project, path);
  return short.startsWith('..') ? path : short;
};
