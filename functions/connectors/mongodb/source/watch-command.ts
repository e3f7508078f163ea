import type { Document, Timestamp } from 'mongodb';
import { parseCollation } from './collation.ts';
import { errorHandlingOf } from './error-handling.ts';
import { parseDocuments } from './json-properties.ts';
import type { SourceConfig } from './properties.ts';

/** What a change stream is opened on, without the place where it begins. */
export type Watch = {
  readonly database: string;
  /** The collection, or 1 for all of a database. */
  readonly target: string | 1;
  /** For messages: `shop.orders`, `shop`, `the deployment`. */
  readonly name: string;
  readonly changeStream: Document;
  readonly pipeline: readonly Document[];
  readonly collation: Document | undefined;
  /** 0: the server decides. */
  readonly batchSize: number;
  readonly awaitMs: number;
  /** An event that fits into no reply is handed on as unreadable; otherwise it ends the stream. */
  readonly passesTooLarge: boolean;
};

/** Where a change stream begins; nothing: now. */
export type StartPoint = AfterToken | { readonly startAtOperationTime: Timestamp } | undefined;

/** A resume token as it is stored, and as the server takes it. */
export type AfterToken = { readonly token: string; readonly startAfter: Document };

export function toWatch(config: SourceConfig): Watch {
  const { database, collection } = config;
  return {
    database: database === '' ? 'admin' : database,
    target: collection === '' ? 1 : collection,
    name: database === '' ? 'the deployment' : collection === '' ? database : `${database}.${collection}`,
    changeStream: {
      ...fullDocumentModes(config),
      ...(database === '' && { allChangesForCluster: true }),
      ...(config.changeStreamShowExpandedEvents && { showExpandedEvents: true }),
    },
    pipeline: parseDocuments(config.pipeline),
    collation: parseCollation(config.collation),
    batchSize: config.batchSize,
    awaitMs: config.pollAwaitTimeMs,
    passesTooLarge: errorHandlingOf(config).tolerates,
  };
}

/**
 * Empty and `default` are not sent. Publishing the full document needs one: where no mode is set it is updateLookup.
 * (The peer replaces every mode by it, so that post-images cannot be published.)
 */
function fullDocumentModes(config: SourceConfig): Document {
  const isSet = (mode: string) => mode !== '' && mode !== 'default';
  const { changeStreamFullDocument: after, changeStreamFullDocumentBeforeChange: before } = config;
  const mode = isSet(after) ? after : config.publishFullDocumentOnly ? 'updateLookup' : '';
  return {
    ...(mode !== '' && { fullDocument: mode }),
    ...(isSet(before) && { fullDocumentBeforeChange: before }),
  };
}

/** The first reply is asked for without events, so that its resume token is there before anything is published. */
export function toAggregate(watch: Watch, start: StartPoint): Document {
  return {
    aggregate: watch.target,
    pipeline: [{ $changeStream: { ...watch.changeStream, ...placeOf(start) } }, ...watch.pipeline],
    cursor: { batchSize: 0 },
    ...(watch.collation && { collation: watch.collation }),
  };
}

function placeOf(start: StartPoint): Document {
  if (!start) return {};
  return 'token' in start ? { startAfter: start.startAfter } : { startAtOperationTime: start.startAtOperationTime };
}

/** `collection` is what the cursor's own namespace says: it is not always the watched one. */
export const toGetMore = (watch: Watch, cursorId: unknown, collection: string): Document => ({
  getMore: cursorId,
  collection,
  ...(watch.batchSize > 0 && { batchSize: watch.batchSize }),
  maxTimeMS: watch.awaitMs,
});
