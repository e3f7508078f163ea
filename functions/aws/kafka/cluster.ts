import { messageOf, RetriableError } from '../../connect/errors.ts';
import { type BrokerAddress, type BrokerConnection, type ConnectOptions, openBroker } from './kafkajs-broker.ts';
import { toConnectError } from './produce-errors.ts';

/** A topic as a broker tells it; `errorCode` 0 where it exists. */
export type TopicMetadata = {
  readonly topic: string;
  readonly errorCode: number;
  /** The leader's node id by partition; -1 where there is none now. */
  readonly leaders: readonly number[];
};

export type Cluster = {
  /** Any broker that answers: a connected one, else one that is known, else one of the bootstrap servers. */
  any(): Promise<BrokerConnection>;
  /** The connection to a node, opened where there is none. */
  node(nodeId: number): Promise<BrokerConnection>;
  /** The connection to a node if it is open now. */
  openNode(nodeId: number): BrokerConnection | undefined;
  /** Throws a connection away after a failure on it. */
  drop(connection: BrokerConnection): void;
  describe(topics: readonly string[], mayCreate: boolean): Promise<TopicMetadata[]>;
  /** Where topics are created: the controller, or any broker that stands in for it (KRaft). */
  controller(): Promise<BrokerConnection>;
  /** The broker that keeps the transactional id's producer id and epoch. */
  coordinator(transactionalId: string): Promise<{ errorCode: number; nodeId: number }>;
  close(): void;
};

/**
 * The brokers of a cluster: one connection each, opened when needed.
 *
 * It does not retry: whoever asks knows until when it is worth it.
 */
export function openCluster(bootstrapServers: readonly string[], options: ConnectOptions): Cluster {
  const known = new Map<number, BrokerAddress>();
  const connections = new Map<string, Promise<BrokerConnection>>();
  const open = new Map<string, BrokerConnection>();
  let controllerId = -1;
  let closed = false;

  function connect(address: BrokerAddress): Promise<BrokerConnection> {
    if (closed) return Promise.reject(new RetriableError('KAFKA_UNREACHABLE', 'The producer is closed'));
    const name = nameOf(address);
    const current = open.get(name);
    if (current?.isOpen()) return Promise.resolve(current);
    if (current) drop(current);
    const opening = connections.get(name);
    if (opening) return opening;
    const fresh = openBroker(address, options).then(
      (connection) => {
        connections.delete(name);
        if (closed) connection.close();
        else open.set(name, connection);
        return connection;
      },
      (error) => {
        connections.delete(name);
        throw toConnectError(error, name);
      },
    );
    connections.set(name, fresh);
    return fresh;
  }

  function drop(connection: BrokerConnection): void {
    const name = nameOf(connection);
    if (open.get(name) === connection) open.delete(name);
    connection.close();
  }

  async function any(): Promise<BrokerConnection> {
    for (const connection of open.values()) if (connection.isOpen()) return connection;
    const failures: unknown[] = [];
    const addresses = [...known.values(), ...bootstrapServers.map(parseAddress)];
    for (const address of new Map(addresses.map((each) => [nameOf(each), each])).values()) {
      try {
        return await connect(address);
      } catch (error) {
        // a wrong password is wrong everywhere
        if (!(error instanceof RetriableError)) throw error;
        failures.push(error);
      }
    }
    throw new RetriableError('KAFKA_UNREACHABLE', failures.map(messageOf).join('; '), { cause: failures.at(-1) });
  }

  async function node(nodeId: number): Promise<BrokerConnection> {
    const address = known.get(nodeId);
    if (!address) throw new RetriableError('KAFKA_UNREACHABLE', `Broker ${nodeId} is not in the cluster's metadata`);
    return connect(address);
  }

  function openNode(nodeId: number): BrokerConnection | undefined {
    const address = known.get(nodeId);
    const connection = address && open.get(nameOf(address));
    return connection?.isOpen() ? connection : undefined;
  }

  async function ask(api: 'Metadata' | 'GroupCoordinator', parameters: unknown): Promise<unknown> {
    const connection = await any();
    try {
      return await connection.request(api, parameters);
    } catch (error) {
      drop(connection);
      throw toConnectError(error, nameOf(connection));
    }
  }

  async function describe(topics: readonly string[], mayCreate: boolean): Promise<TopicMetadata[]> {
    // kafkajs encodes an empty list as all topics of the cluster
    const answer = (await ask('Metadata', { topics, allowAutoTopicCreation: mayCreate })) as MetadataAnswer;
    known.clear();
    for (const { nodeId, host, port } of answer.brokers) known.set(nodeId, { host, port });
    controllerId = answer.controllerId;
    return answer.topicMetadata.map(({ topic, topicErrorCode, partitionMetadata }) => {
      const leaders = Array.from(partitionMetadata, () => -1);
      for (const { partitionId, leader } of partitionMetadata) leaders[partitionId] = leader;
      return { topic, errorCode: topicErrorCode, leaders };
    });
  }

  const controller = () => node(controllerId);

  async function coordinator(transactionalId: string): Promise<{ errorCode: number; nodeId: number }> {
    const parameters = { groupId: transactionalId, coordinatorType: TRANSACTION_COORDINATOR };
    const { errorCode, coordinator } = (await ask('GroupCoordinator', parameters)) as CoordinatorAnswer;
    if (errorCode === 0) known.set(coordinator.nodeId, { host: coordinator.host, port: coordinator.port });
    return { errorCode, nodeId: coordinator.nodeId };
  }

  function close(): void {
    closed = true;
    for (const connection of open.values()) connection.close();
    open.clear();
  }

  return { any, node, openNode, drop, describe, controller, coordinator, close };
}

type MetadataAnswer = {
  controllerId: number;
  brokers: { nodeId: number; host: string; port: number }[];
  topicMetadata: {
    topic: string;
    topicErrorCode: number;
    partitionMetadata: { partitionId: number; leader: number }[];
  }[];
};
type CoordinatorAnswer = { errorCode: number; coordinator: { nodeId: number; host: string; port: number } };

const TRANSACTION_COORDINATOR = 1;

const nameOf = ({ host, port }: BrokerAddress): string => `${host}:${port}`;

function parseAddress(text: string): BrokerAddress {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
