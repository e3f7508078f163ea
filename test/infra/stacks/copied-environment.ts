import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../functions/connect/errors.ts';
import { environmentsFolder, loadEnvironment } from '../../../infra/environment.ts';

type Json = Record<string, unknown>;

/** A copy of an environment's files for one test, to be changed; gone after it. */
export type CopiedEnvironment = Disposable & {
  /** Replaces members of environment.json; one that becomes undefined goes. */
  changeSettings(members: Json): void;
  /** Replaces properties of a connector file. */
  changeConnector(name: string, properties: Json): void;
  /** Writes a connector file like that of another connector. */
  addConnector(name: string, like: string, properties?: Json): void;
  /** What is wrong with it, as `file: property: message`. */
  problems(): string[];
  warnings(): string[];
};

/** Copies an environment of the project. */
export function copyEnvironment(name: string): CopiedEnvironment {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-environments-'));
  cpSync(join(environmentsFolder, name), join(folder, name), { recursive: true });
  const read = (file: string) => JSON.parse(readFileSync(join(folder, name, file), 'utf8')) as Json;
  const write = (file: string, document: Json) => writeFileSync(join(folder, name, file), JSON.stringify(document));
  const short = (text: string) => text.replaceAll(`${folder}/${name}/`, '');
  const addConnector = (connector: string, like: string, properties: Json = {}) => {
    const { config } = read(`connectors/${like}.json`) as { config: Json };
    write(`connectors/${connector}.json`, { name: connector, config: { ...config, ...properties } });
  };
  return {
    changeSettings: (members) => write('environment.json', { ...read('environment.json'), ...members }),
    changeConnector: (connector, properties) => addConnector(connector, connector, properties),
    addConnector,
    problems() {
      try {
        loadEnvironment(name, folder);
        return [];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(({ property, message }) => short(`${property}: ${message}`));
      }
    },
    warnings: () => loadEnvironment(name, folder).warnings.map(short),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
