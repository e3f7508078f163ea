import type { Log } from '../../functions/connect/log.ts';

const nothing = () => undefined;

/** A log for what is measured on its own. */
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
