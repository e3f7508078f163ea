import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { expect, test } from 'vitest';
import { calmRequestQueues } from '../../../../functions/aws/kafka/kafkajs-timer.ts';

/** As kafkajs has it: of a copy of its own, as other tests may have calmed the one that all share. */
const original = freshRequestQueue().prototype.scheduleCheckPendingRequests;
const logger = { debug: () => undefined, warn: () => undefined };

function freshRequestQueue(): typeof RequestQueue {
  const require = createRequire(import.meta.url);
  const path = require.resolve('kafkajs/src/network/requestQueue/index.js');
  const shared = require.cache[path];
  delete require.cache[path];
  const fresh = require(path);
  require.cache[path] = shared;
  return fresh;
}

/** How often a queue wakes up in 200 ms after its first answer. */
async function wakeUps(): Promise<number> {
  const queue = new RequestQueue({ requestTimeout: 1000, enforceRequestTimeout: false, logger });
  const check = queue.checkPendingRequests.bind(queue);
  let count = 0;
  queue.checkPendingRequests = () => {
    count += 1;
    check();
  };
  push(queue, 1);
  queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
  count = 0;
  await sleep(200);
  queue.destroy();
  return count;
}

function push(queue: RequestQueue, correlationId: number, sendRequest = () => undefined): void {
  queue.push({
    entry: {
      apiKey: 0,
      apiName: 'Produce',
      apiVersion: 7,
      correlationId,
      resolve: () => undefined,
      reject: () => undefined,
    },
    expectResponse: true,
    requestTimeout: null,
    sendRequest,
  });
}

test('K10: an idle connection does not wake up; as kafkajs has it, it does all the time', async () => {
  RequestQueue.prototype.scheduleCheckPendingRequests = original;
  expect(await wakeUps()).toBeGreaterThan(50);
  calmRequestQueues();
  expect(await wakeUps()).toBe(0);
});

test('a request that was held back by a throttle leaves when it ends', async () => {
  calmRequestQueues();
  const queue = new RequestQueue({ requestTimeout: 1000, enforceRequestTimeout: false, logger });
  queue.maybeThrottle(50);
  let isSent = false;
  push(queue, 1, () => {
    isSent = true;
  });
  await sleep(20);
  expect(isSent).toBe(false);
  await sleep(100);
  expect(isSent).toBe(true);
});
