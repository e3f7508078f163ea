import type { Problem } from '../../functions/connect/errors.ts';
import { hasOption, hostsOf, optionOf, schemeOf } from '../../functions/connectors/mongodb/client/connection-string.ts';
import { SINK_POOL_SIZE } from '../../functions/connectors/mongodb/client/mongo-client.ts';
import type { LoadedSink } from '../environment-connectors.ts';
import type { EnvironmentSettings } from '../environment-schema.ts';
import { pollersOf } from '../pollers.ts';
import { partitionsOf, type Reviewed } from './reviewed.ts';

/** Of one provisioned poller. On-demand pollers are bounded by the partitions alone. */
const INVOCATIONS_PER_POLLER = 5;
/** The driver's own, where the connection string sets the least size of a pool only. */
const DRIVER_POOL_SIZE = 100;
/** Stands for a placeholder: no part of a connection string looks like it. */
const SECRET = '\u0000';

/**
 * Whether the sinks may open more connections than a deployment of MongoDB is to give them: functions at a time × pool ×
 * hosts. The driver's two connections per host that only watch it come on top.
 */
export function reviewConnections({ inEnvironment, settings, sinks }: Reviewed): Problem[] {
  const { connectionBudget } = settings.mongodb;
  const deployments = Map.groupBy(sinks, ({ properties }) => deploymentOf(String(properties['connection.uri'])));
  return [...deployments.values()].flatMap((sharing) => {
    const shares = sharing.map((sink) => connectionsOf(sink, settings));
    const total = shares.reduce((sum, { connections }) => sum + connections, 0);
    if (total <= connectionBudget) return [];
    const message = `Expected at least ${total}, got ${connectionBudget}: ${shares.map(({ text }) => text).join('; ')}. Lower sink.pollers.maximum, or maxPoolSize of connection.uri, or raise it to what MongoDB takes`;
    return [{ property: inEnvironment('mongodb.connectionBudget'), message }];
  });
}

/** Connection strings of the same hosts, or the same secrets, are one deployment. */
const deploymentOf = (uri: string): string => {
  const hosts = readableHosts(uri);
  return hosts ? [...hosts].sort().join(',') : uri;
};

function connectionsOf(sink: LoadedSink, settings: EnvironmentSettings): { connections: number; text: string } {
  const uri = String(sink.properties['connection.uri']);
  const functions = sink.subscriptions.reduce((sum, { topic }) => sum + invocationsOf(topic, settings), 0);
  const pool = poolSizeOf(uri, settings);
  const hosts = hostCountOf(uri, settings);
  const connections = functions * pool * hosts;
  const text = `${sink.name} ${functions} functions × ${pool} connections × ${hosts} hosts = ${connections}`;
  return { connections, text };
}

/** How many puts of a topic run at a time: each has partitions of its own. */
function invocationsOf(topic: string, settings: EnvironmentSettings): number {
  const partitions = partitionsOf(settings, topic) ?? 0;
  const pollers = pollersOf(settings.sink, partitions);
  return pollers ? Math.min(partitions, INVOCATIONS_PER_POLLER * pollers.maximum) : partitions;
}

function poolSizeOf(uri: string, { mongodb }: EnvironmentSettings): number {
  const shown = withoutSecrets(uri);
  if (shown.startsWith(SECRET)) return mongodb.maxPoolSize;
  const size = optionOf(shown, 'maxPoolSize');
  if (size === undefined) return hasOption(shown, 'minPoolSize') ? DRIVER_POOL_SIZE : SINK_POOL_SIZE;
  if (!/^\d+$/.test(size)) return mongodb.maxPoolSize;
  // the driver's word for no limit
  return Number(size) === 0 ? Number.POSITIVE_INFINITY : Number(size);
}

function hostCountOf(uri: string, { mongodb }: EnvironmentSettings): number {
  const hosts = readableHosts(uri);
  if (hosts && schemeOf(uri) === 'mongodb://') return hosts.length;
  const most = Number(optionOf(withoutSecrets(uri), 'srvMaxHosts') ?? 0);
  return most > 0 ? Math.min(most, mongodb.hosts) : mongodb.hosts;
}

function readableHosts(uri: string): readonly string[] | undefined {
  const shown = withoutSecrets(uri);
  if (shown.startsWith(SECRET)) return undefined;
  const hosts = hostsOf(shown);
  return hosts.some((host) => host.includes(SECRET)) ? undefined : hosts;
}

const withoutSecrets = (uri: string): string => uri.replace(/\$\{[^}]*\}/g, SECRET);
