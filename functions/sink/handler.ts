import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import middy from '@middy/core';
import { lazyDynamodbItems } from '../aws/lazy-parked-items.ts';
import { createLog } from '../aws/log.ts';
import { createMetrics } from '../aws/metrics.ts';
import { lazyObjectStore } from '../aws/object-store.ts';
import { endInvocation } from './end-invocation.ts';
import { lambdaPut } from './lambda-put.ts';
import { moduleLoader } from './load-module.ts';
import { noteRecordAge } from './record-age.ts';

const environment = process.env.TAILRACE_ENVIRONMENT ?? 'unknown';
const file = process.env.TAILRACE_CONNECTOR_FILE ?? join(import.meta.dirname, 'connector.json');
const connectorFile = readFileSync(file, 'utf8');
const log = createLog('tailrace-sink', { environment });
const connector = process.env.TAILRACE_CONNECTOR ?? 'unknown';
const table = process.env.TAILRACE_TABLE;
const metrics = createMetrics({ service: 'tailrace-sink', environment, connector });

const put = lambdaPut({
  connectorFile,
  hasPartialResponse: process.env.TAILRACE_PARTIAL_RESPONSE === 'true',
  deadLetterQueueUrl: process.env.TAILRACE_DEAD_LETTER_QUEUE_URL,
  claimCheckBucket: process.env.TAILRACE_CLAIM_CHECK_BUCKET,
  objects: lazyObjectStore(),
  parkedItems: table ? lazyDynamodbItems(table, connector) : undefined,
  env: (name) => process.env[name],
  loadModule: moduleLoader(file),
  log,
  metrics,
  now: Date.now,
});

/** The Lambda function of one sink connector: one invocation is one put. */
export const handler = middy()
  .use(noteRecordAge(metrics, Date.now))
  .use(endInvocation(log, metrics))
  .handler((event: unknown, context: { getRemainingTimeInMillis(): number }) =>
    put(event, context.getRemainingTimeInMillis()),
  );
