import { ConnectorError, DataError } from '../../../connect/errors.ts';
import { type Outcome, SKIPPED } from '../../../connect/outcomes.ts';
import { lendMemory, type PutMemory } from '../../../connect/put-memory.ts';
import { positionOf, type SinkRecord, topicPartitionOf } from '../../../connect/records.ts';
import { documentOf, elementsOf, hasField, toElement } from '../bson/elements.ts';
import { createOutput, type Output } from '../bson/output.ts';
import type { Ignored } from './cdc/cdc-handler.ts';
import { derivedObjectId } from './id-strategies.ts';
import { planRecord } from './plan-record.ts';
import { documentIdOf } from './statement-parts.ts';
import { type CommandName, commandOf, toStatement } from './statements.ts';
import type { TopicSettings } from './topic-plans.ts';
import { type Namespace, namespaceText, type WriteModel } from './write-models.ts';
import { behind, recordRejected } from './write-outcomes.ts';
import type { Batch, Write } from './writes.ts';

export type NamespacePlan = { readonly namespace: Namespace; readonly batches: readonly Batch[] };

export type PutPlan = {
  /** Outcomes that are clear before anything is written, by the place of the record. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly namespaces: readonly NamespacePlan[];
  /** Events that no write can follow, such as the drop of a collection, by name with their count. */
  readonly ignored: ReadonlyMap<string, number>;
};

/**
 * What a put writes: batches by namespace, in the order of the records. The statements lie in `memory`.
 *
 * @throws ConnectorError TOPIC_UNKNOWN, before anything is written.
 */
export function planPut(
  records: readonly SinkRecord[],
  settingsOf: (topic: string) => TopicSettings | undefined,
  memory: PutMemory = lendMemory(),
): PutPlan {
  const outcomes = new Map<number, Outcome>();
  const held = new Map<string, string>();
  const ignored = new Map<string, number>();
  const namespaces = namespacePlans();
  const space = createOutput(SPACE_BYTES);
  let previous: GrowingBatch | undefined;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index]!;
    const settings = settingsOf(record.topic);
    if (!settings) throw unknownTopic(record.topic);
    const topicPartition = topicPartitionOf(record);
    const holder = held.size === 0 ? undefined : held.get(topicPartition);
    if (holder !== undefined) {
      outcomes.set(index, behind(holder));
      continue;
    }
    // statements are copies, so nothing of the record before is needed any more
    space.at = 0;
    const planned = planWrite(record, index, settings, { space, memory });
    if ('event' in planned) {
      outcomes.set(index, SKIPPED);
      ignored.set(planned.event, (ignored.get(planned.event) ?? 0) + 1);
      continue;
    }
    if ('status' in planned) {
      outcomes.set(index, planned);
      if (planned.status === 'rejected' && settings.errors.tolerance === 'none')
        held.set(topicPartition, positionOf(record));
      continue;
    }
    previous = batchFor(namespaces.batchesOf(planned.namespace), settings, previous);
    previous.writes.push(planned.write);
  }
  return { outcomes, namespaces: namespaces.all(), ignored };
}

/** For key and value of nearly every record; it grows where one is larger. */
const SPACE_BYTES = 16 * 1024;

type GrowingBatch = Batch & { readonly settings: TopicSettings; readonly writes: Write[] };
type GrowingPlan = NamespacePlan & { readonly batches: GrowingBatch[] };

/** Plans in the order in which their namespaces are first written. */
function namespacePlans() {
  const byName = new Map<string, GrowingPlan>();
  // nearly all records go where the one before went
  let last: GrowingPlan | undefined;
  return {
    all: (): NamespacePlan[] => [...byName.values()],
    batchesOf(namespace: Namespace): GrowingBatch[] {
      if (last && isSame(last.namespace, namespace)) return last.batches;
      const name = namespaceText(namespace);
      last = byName.get(name) ?? { namespace, batches: [] };
      byName.set(name, last);
      return last.batches;
    },
  };
}

const isSame = (one: Namespace, other: Namespace): boolean =>
  one.database === other.database && one.collection === other.collection;

/**
 * The last batch of the namespace, or a new one where it is full or its topic has other settings. Where batches are
 * counted for a rate limit, one ends as with the peer, wherever topic or namespace changes.
 */
function batchFor(batches: GrowingBatch[], settings: TopicSettings, previous: GrowingBatch | undefined): GrowingBatch {
  const last = batches.at(-1);
  const { maxBatchSize, pauseAfterBatch } = settings;
  const isOpen = last?.settings === settings && (!pauseAfterBatch || last === previous);
  if (last && isOpen && (maxBatchSize === 0 || last.writes.length < maxBatchSize)) return last;
  // without an _id nobody knows which writes are of one document, so the server has to keep their order
  const isOrdered = settings.isOrdered || settings.plan.isByBusinessKey;
  const batch = { settings, isOrdered, timeSeries: settings.timeSeries, pauseAfter: pauseAfterBatch, writes: [] };
  batches.push(batch);
  return batch;
}

function planWrite(
  record: SinkRecord,
  index: number,
  settings: TopicSettings,
  { memory, space }: { readonly memory: PutMemory; readonly space: Output },
): Outcome | Ignored | { namespace: Namespace; write: Write } {
  try {
    const planned = planRecord(record, settings.plan, space);
    if (!planned) return SKIPPED;
    if ('event' in planned) return planned;
    const model = withInsertId(planned.model, record);
    const statement = toStatement(model, record, memory);
    const write = new PlannedWrite(index, record, commandOf(model), statement, settings);
    return { namespace: planned.namespace, write };
  } catch (error) {
    if (error instanceof DataError) return recordRejected(error);
    throw error;
  }
}

/** A class only for texts that most puts never ask for: a closure for each write would be another object. */
class PlannedWrite implements Write {
  readonly index: number;
  readonly record: SinkRecord;
  readonly topicPartition: string;
  readonly command: CommandName;
  readonly statement: Uint8Array;
  readonly bytes: number;
  readonly isNamespaceOfRecord: boolean;
  readonly holds: boolean;
  readonly rejectsMissing: boolean;

  constructor(index: number, record: SinkRecord, command: CommandName, statement: Uint8Array, settings: TopicSettings) {
    this.index = index;
    this.record = record;
    this.topicPartition = topicPartitionOf(record);
    this.command = command;
    this.statement = statement;
    this.bytes = statement.length;
    this.isNamespaceOfRecord = settings.plan.paths !== undefined;
    this.holds = settings.errors.tolerance === 'none';
    this.rejectsMissing = settings.rejectsMissing;
  }

  get position(): string {
    return positionOf(this.record);
  }

  get id(): string | undefined {
    return documentIdOf(this);
  }
}

/** What the peer's driver does with a random id: an insert needs one, and a batch that comes twice shall insert once. */
function withInsertId(model: WriteModel, record: SinkRecord): WriteModel {
  if (model.op !== 'insertOne' || hasField(model.document, '_id')) return model;
  const { type, value } = derivedObjectId(record);
  return { op: 'insertOne', document: documentOf([toElement('_id', type, value), ...elementsOf(model.document)]) };
}

export const unknownTopic = (topic: string): ConnectorError =>
  new ConnectorError('TOPIC_UNKNOWN', `Expected records of the topics in topics or topics.regex, got one of ${topic}`);
