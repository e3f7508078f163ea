import { Worker } from 'node:worker_threads';
import type { JobThread } from '../connect/connector.ts';
import { jobThread } from './job-thread.ts';

/** Beside the bundle, or beside this file where the sources run as they are. */
const ENTRY = import.meta.url.endsWith('.ts') ? './encode-thread.ts' : './encode-thread.mjs';

/** A job lives as long as its reply: what it leaves behind should go soon, and there is little that stays. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

/** Starts a thread that encodes for a connector's configuration. */
export const startThread = (config: unknown): JobThread =>
  jobThread(new Worker(new URL(ENTRY, import.meta.url), { workerData: config, resourceLimits: LIMITS }));
