import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, messageOf, RetriableError, StoppedError } from '../../connect/errors.ts';
import type { Cluster } from './cluster.ts';
import { classifyProduceError, nameOfCode, toConnectError } from './produce-errors.ts';

/** Under which id and epoch batches are sent. A higher epoch of the same id shuts the lower one out, partition by partition. */
export type ProducerIdentity = { readonly producerId: bigint; readonly epoch: number };

export type ProducerIdOptions = {
  readonly transactionalId: string;
  readonly timeoutMs: number;
  readonly now: () => number;
};

const INIT_PRODUCER_ID = 22;
// the first version that takes the current id and epoch (KIP-360, Kafka 2.5)
const VERSION = 3;
const FIRST_CLAIM: ProducerIdentity = { producerId: -1n, epoch: -1 };
// it bounds transactions, which we never begin; brokers refuse more than transaction.max.timeout.ms, 15 minutes
const TRANSACTION_TIMEOUT_MS = 60_000;
/** The transactional id has another producer id by now. */
const INVALID_PRODUCER_ID_MAPPING = 49;
const RETRY_MS = 100;
// COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS: a fresh broker
const COORDINATOR_MOVES = new Set([14, 15, 16, 51]);

/**
 * Claims the transactional id: its producer id with an epoch above all before it.
 *
 * With `current` only the epoch is raised, and only by its present owner: if another task has claimed the id since, the
 * broker refuses, so that a replaced task can never shut out the one that replaced it.
 */
export async function claimProducerId(
  cluster: Cluster,
  options: ProducerIdOptions,
  current: ProducerIdentity = FIRST_CLAIM,
): Promise<ProducerIdentity> {
  const deadline = options.now() + options.timeoutMs;
  for (;;) {
    let problem: unknown;
    try {
      const { nodeId, errorCode } = await cluster.coordinator(options.transactionalId);
      const answer =
        errorCode === 0 ? await initProducerId(cluster, nodeId, options.transactionalId, current) : { errorCode };
      if (answer.errorCode === 0 && 'producerId' in answer) return answer;
      refuse(answer.errorCode, options.transactionalId);
      problem = nameOfCode(answer.errorCode);
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      problem = error;
    }
    if (options.now() > deadline) {
      const what = typeof problem === 'string' ? problem : messageOf(problem);
      throw new RetriableError(
        'KAFKA_UNREACHABLE',
        `Kafka gave no producer id for ${options.transactionalId}: ${what}`,
        { cause: problem },
      );
    }
    await sleep(RETRY_MS);
  }
}

function refuse(errorCode: number, transactionalId: string): void {
  const verdict = classifyProduceError(errorCode, false);
  if (verdict.action === 'fenced' || errorCode === INVALID_PRODUCER_ID_MAPPING) {
    throw new StoppedError('PRODUCER_FENCED', `A newer task claimed the transactional id ${transactionalId}`);
  }
  if (verdict.action === 'retry' || COORDINATOR_MOVES.has(errorCode)) return;
  const message = `Kafka refused a producer id for the transactional id ${transactionalId}: ${nameOfCode(errorCode)}`;
  throw new ConfigError([{ property: '', message }], 'KAFKA_REFUSED');
}

async function initProducerId(
  cluster: Cluster,
  nodeId: number,
  transactionalId: string,
  current: ProducerIdentity,
): Promise<ProducerIdentity & { errorCode: number }> {
  const connection = await cluster.node(nodeId);
  if (connection.maxVersion(INIT_PRODUCER_ID) < VERSION) {
    throw new ConfigError([{ property: '', message: 'Expected Kafka 2.5 or newer' }], 'KAFKA_REFUSED');
  }
  const body = toBody(transactionalId, current);
  const raw = {
    apiKey: INIT_PRODUCER_ID,
    apiName: 'InitProducerId',
    apiVersion: VERSION,
    flexible: true,
    body: [body],
  };
  try {
    return parseAnswer(await connection.requestRaw(raw));
  } catch (error) {
    cluster.drop(connection);
    throw toConnectError(error, `${connection.host}:${connection.port}`);
  }
}

/** transactional_id COMPACT_STRING, transaction_timeout_ms INT32, producer_id INT64, producer_epoch INT16, no tagged fields */
function toBody(transactionalId: string, { producerId, epoch }: ProducerIdentity): Buffer {
  const name = Buffer.from(transactionalId);
  const length: number[] = [];
  let left = name.length + 1;
  for (; left >= 0x80; left >>>= 7) length.push((left & 0x7f) | 0x80);
  length.push(left);
  const rest = Buffer.alloc(15);
  rest.writeInt32BE(TRANSACTION_TIMEOUT_MS, 0);
  rest.writeBigInt64BE(producerId, 4);
  rest.writeInt16BE(epoch, 12);
  return Buffer.concat([Buffer.from(length), name, rest]);
}

/** Behind the correlation id: no tagged fields, throttle_time_ms INT32, error_code INT16, producer_id INT64, producer_epoch INT16 */
function parseAnswer(payload: Buffer): ProducerIdentity & { errorCode: number } {
  return { errorCode: payload.readInt16BE(5), producerId: payload.readBigInt64BE(7), epoch: payload.readInt16BE(15) };
}
