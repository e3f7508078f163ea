import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParkedKey } from '../../functions/aws/parked-keys.ts';
import { parseConnectorFile } from '../../functions/connect/connector-file.ts';
import { ConfigError } from '../../functions/connect/errors.ts';
import { ago, toTime } from '../ago.ts';
import { toColumns } from '../columns.ts';
import { connectorOf } from '../connector-of.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { sentenceOf } from '../sentence-of.ts';
import type { Gap, SourceItems } from './items.ts';
import type { LocalStatus } from './local-status.ts';
import { toParkedKeyLines } from './parked-keys.ts';

export type StatusDeps = {
  readonly environment: string;
  readonly connectorsFolder: string;
  /** What a launcher of this machine says about its connectors; absent in AWS. */
  askLocalStatus?(): Promise<readonly LocalStatus[]>;
  readSourceItems(connector: string): Promise<SourceItems>;
  /** The keys of a sink whose records wait behind dead letters. */
  readParkedKeys?(connector: string): AsyncIterable<ParkedKey>;
  /** The state of a sink's event source mappings. */
  readMappings?(connector: string): Promise<string>;
  countDeadLetters(): Promise<{ waiting: number; replaying: number }>;
  now(): number;
  out(line: string): void;
};

type Known = { readonly name: string; readonly type: 'source' | 'sink'; readonly local?: LocalStatus };

const HEADER = [
  'CONNECTOR',
  'TYPE',
  'STATE',
  'EPOCH',
  'OWNER',
  'POSITION',
  'STORED',
  'LAG',
  'RECORDS/S',
  'DEAD LETTERS',
  'DETAIL',
];

/** Prints the connectors of an environment: who works, where each is, what was lost, and how many dead letters wait. */
export async function printStatus(deps: StatusDeps): Promise<ExitCode> {
  const { out, environment } = deps;
  const { local, failed } = await askLocal(deps);
  const { connectors, unreadable } = knownConnectors(deps.connectorsFolder, local);
  const read = await Promise.all(connectors.map((connector) => readConnectorState(connector, deps)));
  const rows = read.map(({ row }) => row);
  const { waiting, replaying } = await deps.countDeadLetters();
  if (rows.length > 0) for (const line of toColumns(...withoutEmpty(HEADER, rows))) out(line);
  else out(`No connectors in ${deps.connectorsFolder}`);
  for (const file of unreadable) out(`${file} can't be read: see "npx tailrace validate ${file}"`);
  for (const { name, gaps } of read) for (const line of toGapLines(name, gaps)) out(line);
  for (const { parked } of read) for (const line of parked) out(line);
  if (failed) out(`The launcher of this machine does not answer: ${failed}`);
  out('');
  out(
    `Dead letters waiting in ${environment}: ${waiting}${waiting > 0 ? `, see them with "${listCommand(environment)}"` : ''}`,
  );
  if (replaying > 0) out(`On their way back to a sink: ${replaying}`);
  return EXIT.done;
}

const listCommand = (environment: string): string =>
  `npx tailrace dead-letters list${environment === 'local' ? '' : ` --env ${environment}`}`;

async function askLocal({ askLocalStatus }: StatusDeps): Promise<{ local: readonly LocalStatus[]; failed?: string }> {
  try {
    return { local: (await askLocalStatus?.()) ?? [] };
  } catch (error) {
    // the table and the queue still tell most of it
    return { local: [], failed: sentenceOf(error) };
  }
}

/** On one machine what runs counts, in AWS the files: they are what was deployed. */
function knownConnectors(
  folder: string,
  local: readonly LocalStatus[],
): { connectors: readonly Known[]; unreadable: readonly string[] } {
  if (local.length > 0) return { connectors: local.map((status) => ({ ...status, local: status })), unreadable: [] };
  const connectors: Known[] = [];
  const unreadable: string[] = [];
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  for (const file of files.sort().map((name) => join(folder, name))) {
    const connector = readConnector(file);
    if (connector) connectors.push(connector);
    else unreadable.push(file);
  }
  return { connectors, unreadable };
}

function readConnector(file: string): Known | undefined {
  try {
    const { name, connectorClass } = parseConnectorFile(readFileSync(file, 'utf8'));
    const connector = connectorOf(connectorClass);
    return connector && { name, type: connector.type };
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

type ConnectorState = {
  readonly name: string;
  readonly row: string[];
  readonly gaps: readonly Gap[];
  readonly parked: readonly string[];
};

async function readConnectorState({ name, type, local }: Known, deps: StatusDeps): Promise<ConnectorState> {
  const live = [shown(local?.lag), shown(local?.rate), shown(local?.deadLetters), local?.detail ?? ''];
  if (type === 'sink') {
    const state = local?.state ?? (await deps.readMappings?.(name)) ?? '';
    const parked = deps.readParkedKeys ? await toParkedKeyLines(name, deps.readParkedKeys(name)) : [];
    return { name, row: [name, type, state, '', '', '', '', ...live], gaps: [], parked };
  }
  const { copied, gaps = [], lease, position } = await deps.readSourceItems(name);
  const now = deps.now();
  const copying = copied === undefined ? undefined : `${copied} documents copied so far`;
  const state = [local?.state, leaseState(lease, now), copying].filter((part) => part !== undefined).join(', ');
  const at = position?.clusterTime === undefined ? '' : toTime(position.clusterTime * 1000);
  const stored = position ? ago(Date.parse(position.updatedAt), now) : 'never';
  return {
    name,
    row: [name, type, state, shown(lease?.epoch), lease?.owner ?? '', at, stored, ...live],
    gaps,
    parked: [],
  };
}

/** Enough to see that something happened lately; the table has them all. */
const MOST_GAPS = 5;

function toGapLines(name: string, gaps: readonly Gap[]): string[] {
  const lines = gaps.slice(0, MOST_GAPS).map(({ from, to, action, cause }) => {
    const since = from === undefined ? 'an unknown time' : toTime(Date.parse(from));
    const what = action === 'copy' ? 'copied again, without the deletes' : 'not published';
    return `Gap of ${name}, from ${since} to ${toTime(Date.parse(to))}: ${what} (${cause})`;
  });
  return gaps.length > MOST_GAPS ? [...lines, `Gaps of ${name} before these: ${gaps.length - MOST_GAPS}`] : lines;
}

/** A task renews its lease every few seconds; this long without one is longer than any lease by default. */
const SILENT_MS = 30_000;

function leaseState(lease: SourceItems['lease'], now: number): string {
  if (!lease) return 'never started';
  if (lease.owner === undefined) return 'lease free';
  const renewedAt = Date.parse(lease.renewedAt);
  return now - renewedAt > SILENT_MS ? `lease not renewed, last ${ago(renewedAt, now)}` : 'lease held';
}

const shown = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Without the columns that say nothing about any connector. */
function withoutEmpty(header: readonly string[], rows: readonly string[][]): [string[], string[][]] {
  const kept = header.flatMap((_, column) => (rows.some((row) => row[column]) ? [column] : []));
  const pick = (row: readonly string[]) => kept.map((column) => row[column] ?? '');
  return [pick(header), rows.map(pick)];
}
