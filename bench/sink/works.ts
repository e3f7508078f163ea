import type { SampleOptions } from '../replay-server/sample-events.ts';

/** What a sink is measured with: its properties, and what its records hold. */
export type Work = {
  readonly properties: Readonly<Record<string, string>>;
  /** Documents with an `_id` of their own, or change events in these shares (per cent). */
  readonly records: 'documents' | SampleOptions['mix'];
  /** Change events of updates say what the whole document is; without it they say only what changed. */
  readonly hasFullDocument?: boolean;
};

const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';
const STRINGS = { 'key.converter': STRING_CONVERTER, 'value.converter': STRING_CONVERTER };
const REPLACES = {
  'writemodel.strategy': 'com.mongodb.kafka.connect.sink.writemodel.strategy.ReplaceOneDefaultStrategy',
  'document.id.strategy': 'com.mongodb.kafka.connect.sink.processor.id.strategy.ProvidedInValueStrategy',
};
const CHANGES = {
  ...STRINGS,
  'change.data.capture.handler': 'com.mongodb.kafka.connect.sink.cdc.mongodb.ChangeStreamHandler',
};
const MIX = { insert: 40, update: 40, replace: 10, delete: 10 };

export const WORKS = {
  /** JSON texts of 1 KB, replaced by their `_id`. */
  json: { properties: { ...STRINGS, ...REPLACES }, records: 'documents' },
  /** The same through Connect's data. */
  'json-converter': {
    properties: {
      ...REPLACES,
      'key.converter': STRING_CONVERTER,
      'value.converter': JSON_CONVERTER,
      'value.converter.schemas.enable': 'false',
    },
    records: 'documents',
  },
  /** Change events of inserts, as our source and the peer's write them by default. */
  cdc: { properties: CHANGES, records: { insert: 100 } },
  'cdc-mix': { properties: CHANGES, records: MIX },
  /** The same mix as a source writes it that does not look documents up: updates say what changed. */
  'cdc-mix-changes': { properties: CHANGES, records: MIX, hasFullDocument: false },
} as const satisfies Record<string, Work>;

export type WorkName = keyof typeof WORKS;
