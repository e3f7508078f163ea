const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';

/** What is compared; the first is the default of a connector file. */
export const FORMATS = {
  DefaultJson: { 'value.converter': STRING_CONVERTER },
  SimplifiedJson: {
    'value.converter': STRING_CONVERTER,
    'output.json.formatter': 'com.mongodb.kafka.connect.source.json.formatter.SimplifiedJson',
  },
  bson: {
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'output.format.value': 'bson',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type FormatName = keyof typeof FORMATS;
