import { type Client, clients } from '../producer/clients.ts';
import { openLiveEvents } from '../replay-server/live-events.ts';
import type { Copying } from '../source/measure-topic.ts';

export type Floor = Copying & { add(perSecond: number, count: number): Promise<readonly number[]> };

const TURN_MS = 1000;

/** Our producer alone, in this process: what producer, broker and reader need for a record that is simply there. */
export async function startFloor(kafka: string, topic: string): Promise<Floor> {
  const live = openLiveEvents(0);
  const producer: Client = await clients.tailrace(kafka);
  const value = Buffer.alloc(1024, 'x');
  let isStopped = false;

  async function send(): Promise<void> {
    for (let sent = 0; !isStopped; ) {
      await live.moreThan(sent, performance.now() + TURN_MS);
      const added = live.available() - sent;
      void producer.send(Array.from({ length: added }, () => ({ topic, key: null, value })));
      sent += added;
    }
  }

  const sending = send();
  return {
    add: live.add,
    // nothing of this process is told from what the bench itself does
    usage: () => ({ cpuSeconds: Number.NaN, peakBytes: Number.NaN }),
    failure: () => undefined,
    async stop() {
      isStopped = true;
      await sending;
      await producer.close();
    },
  };
}
