import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import type { SourceConfig } from './properties.ts';
import { toWatch } from './watch-command.ts';

/** Changes with what is watched and how, not with how the file spells it: a position belongs to one fingerprint. */
export function fingerprintOf(config: SourceConfig): string {
  const { database, collection, changeStreamShowExpandedEvents } = config;
  const { pipeline, collation } = toWatch(config);
  const scope = { database, collection, pipeline, collation, expanded: changeStreamShowExpandedEvents };
  return createHash('sha256')
    .update(BSON.EJSON.stringify(scope, { relaxed: false }))
    .digest('hex')
    .slice(0, 32);
}
