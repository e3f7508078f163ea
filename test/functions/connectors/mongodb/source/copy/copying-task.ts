import type { Document } from 'mongodb';
import type { SourceBatch, SourceItem, SourceOffset } from '../../../../../../functions/connect/connector.ts';
import type { SourceRecord } from '../../../../../../functions/connect/records.ts';
import {
  COPY_LIMITS,
  type CopyLimits,
} from '../../../../../../functions/connectors/mongodb/source/copy/copy-limits.ts';
import { poll } from '../../../../../../functions/connectors/mongodb/source/poll.ts';
import { mongodbSourceConfig } from '../../../../../../functions/connectors/mongodb/source/properties.ts';
import { trackOffsets } from '../../../../../../functions/source/offset-commits.ts';
import type { FakeDeployment } from '../../../../../support/fake-deployment.ts';
import { notingLog } from '../../../../../support/silent-log.ts';
import { silentProbe, sourceDeps, storedAt } from '../../../../../support/source-deps.ts';

/** Ends a task where it is: nothing that it does afterwards counts. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** What outlives a task. */
export type World = {
  readonly topic: SourceRecord[];
  readonly items: Map<string, SourceItem>;
  offset: SourceOffset | undefined;
  /** Called wherever a task waits for something; what it throws kills the task there. */
  step(what: string): void;
};

export const newWorld = (step: World['step'] = () => undefined): World => ({
  topic: [],
  items: new Map(),
  offset: undefined,
  step,
});

export const SMALL: CopyLimits = {
  ...COPY_LIMITS,
  rangeDocuments: 4,
  replyDocuments: 2,
  turnBytes: 400,
  unstoredDocuments: 3,
};

export type Life = {
  readonly properties?: Readonly<Record<string, string>>;
  readonly limits?: CopyLimits;
  /** Called with each batch; `true` ends the task as a stop does. */
  until(batch: SourceBatch): boolean;
};

/** Runs the source as a task does, until it is stopped or killed: records reach the topic when they are acknowledged. */
export async function live(world: World, deployment: FakeDeployment, life: Life) {
  const { limits = SMALL, properties = {}, until } = life;
  const config = mongodbSourceConfig.parse({
    name: 'test',
    'connector.class': 'MongoSource',
    database: 'shop',
    'startup.mode': 'copy_existing',
    'startup.mode.copy.existing.max.threads': '2',
    ...properties,
  });
  const log = notingLog();
  let isAlive = true;
  const step = (what: string) => {
    if (!isAlive) throw new Killed();
    try {
      world.step(what);
    } catch (error) {
      isAlive = false;
      throw error;
    }
  };
  async function saveItem({ attributes, item }: SourceItem): Promise<void> {
    step(`save ${item}`);
    world.items.set(item, { item, attributes: { ...world.items.get(item)?.attributes, ...attributes } });
    step(`saved ${item}`);
  }
  const commits = trackOffsets(0, {
    log,
    monotonic: () => 0,
    saveItem,
    async save({ offset }) {
      step('save offset');
      world.offset = offset;
      step('saved offset');
    },
  });
  const settled = async () => {
    await commits.settled();
    await commits.save();
  };
  const list = async (prefix: string) => [...world.items.values()].filter(({ item }) => item.startsWith(prefix));
  const deps = sourceDeps({ log, settled, items: { list, save: saveItem } });
  const stop = new AbortController();
  const batches: SourceBatch[] = [];
  const connection = deployment.connect();
  const connect = () => ({
    ...connection,
    openSession() {
      const session = connection.openSession();
      return {
        ...session,
        async run(database: string, command: Document, signal: AbortSignal) {
          step(Object.keys(command)[0] ?? '');
          return session.run(database, command, signal);
        },
      };
    },
  });
  const polled = poll(config, storedAt(config, world.offset), deps, stop.signal, {
    connect,
    random: () => 0,
    limits,
    probe: silentProbe,
  });
  try {
    let order = Promise.resolve();
    for await (const batch of polled) {
      batches.push(batch);
      order = order.then(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        step(`acknowledge ${batch.records.length}`);
        world.topic.push(...batch.records);
      });
      commits.track(batch, order);
      if (batches.length === 1) await settled();
      // at any time, as at an interval; a kill shows elsewhere too
      commits.save().catch(() => undefined);
      if (until(batch)) stop.abort();
    }
    await settled();
  } finally {
    isAlive = false;
  }
  return { batches, log };
}

/** What a sink makes of the topic: the last record of each key counts. */
export function sinkOf(topic: readonly SourceRecord[]): Map<string, unknown> {
  const sink = new Map<string, unknown>();
  for (const { key, value } of topic) {
    const event = JSON.parse(String(value));
    const name = `${event.ns.coll} ${String(key)}`;
    if (event.operationType === 'delete') sink.delete(name);
    else sink.set(name, event.fullDocument);
  }
  return sink;
}

/** How often a document was copied, by its key. */
export function copiesOf(topic: readonly SourceRecord[]): Map<string, number> {
  const copies = new Map<string, number>();
  for (const { key, topic: topicName, value } of topic) {
    const name = `${topicName} ${String(key)}`;
    if (String(value).includes('copyingData')) copies.set(name, (copies.get(name) ?? 0) + 1);
  }
  return copies;
}
