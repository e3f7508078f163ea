import { type Document, type MongoClient, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { messageOf } from '../../../../connect/errors.ts';
import { createMongoClient, toClientOptions } from '../../client/mongo-client.ts';
import { untilAborted } from '../../client/until-aborted.ts';
import type { SourceConfig } from '../properties.ts';
import type { Finding, Findings } from './deployment-facts.ts';
import { OLDEST_ENTRY } from './oldest-oplog-time.ts';

/** Answers that take longer are done without: the probe must not hold up the start of a connector that works. */
const ANSWERS_MS = 5_000;

/**
 * Asks a deployment what it is, by a connection of its own to any member, so that a read preference that no member
 * satisfies, and a stable API that the server does not have, can be told from a server that is not there.
 *
 * @throws what the driver throws where no server is reached or the login fails; a refused command is a finding.
 */
export async function probeDeployment(config: SourceConfig, signal: AbortSignal): Promise<Findings> {
  try {
    return await probeOnce(config, config.serverApiVersion, signal);
  } catch (error) {
    // the driver takes a server that refuses its handshake for one that is not there
    if (config.serverApiVersion === '' || !isRefusedHandshake(error)) throw error;
    return probeOnce(config, '', signal);
  }
}

async function probeOnce(config: SourceConfig, serverApiVersion: string, signal: AbortSignal): Promise<Findings> {
  const client = createMongoClient({
    ...toClientOptions(config, 'source'),
    serverApiVersion,
    // the questions are no part of the stable API
    serverApiStrict: false,
    serverApiDeprecationErrors: false,
    isForAnyMember: true,
  });
  try {
    await untilAborted(client.connect(), signal);
    return await ask(client, signal);
  } finally {
    await client.close();
  }
}

async function ask(client: MongoClient, signal: AbortSignal): Promise<Findings> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_MS)]);
  const run = (command: Document, database = 'admin') => findingOf(client, database, command, limit);
  const findings = {
    // the name that servers before 4.4.2 know too
    hello: await run({ isMaster: 1 }),
    buildInfo: await run({ buildInfo: 1 }),
    featureVersion: await run({ getParameter: 1, featureCompatibilityVersion: 1 }),
    oplog: await run(OLDEST_ENTRY, 'local'),
    rights: await run({ connectionStatus: 1, showPrivileges: true }),
  };
  signal.throwIfAborted();
  return findings;
}

async function findingOf(
  client: MongoClient,
  database: string,
  command: Document,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    return { reply: await client.db(database).command(command, { signal, readPreference: 'nearest' }) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

const isRefusedHandshake = (error: unknown): boolean =>
  error instanceof MongoServerSelectionError &&
  [...(error.reason?.servers.values() ?? [])].some((server) => server.error instanceof MongoServerError);
