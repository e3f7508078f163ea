import type { LoadedSink, LoadedSource } from '../environment-connectors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';

/** All files of an environment, each right by itself, for the rules between them. */
export type Reviewed = {
  readonly name: string;
  readonly settings: EnvironmentSettings;
  readonly sources: readonly LoadedSource[];
  readonly sinks: readonly LoadedSink[];
  /** A property of environment.json, with its file. */
  inEnvironment(property: string): string;
  /** A property of a connector file, with its file. */
  inConnector(connector: { readonly file: string }, property: string): string;
};

/** Of a declared topic; another rule asks for those that nobody declares. */
export const partitionsOf = ({ topics }: EnvironmentSettings, topic: string): number | undefined =>
  topics.find(({ name }) => name === topic)?.partitions;
