/** What every service of one machine is started with. */
export type LocalServiceOptions = {
  /** Takes a line for the person who waits. */
  readonly report: (line: string) => void;
  readonly env: NodeJS.ProcessEnv;
};
