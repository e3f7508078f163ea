import { join } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** Downloads that are kept between runs: Kafka's jars, the Python virtual environment. Git ignores it. */
export const cacheFolder = process.env.TAILRACE_CACHE ?? join(project, '.cache');

/** What a run leaves while it lasts: logs, data, the register of its processes. Git ignores it. */
export const stateFolder = join(project, '.tailrace');

export const projectFolder = project;
