const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter';

/** What is compared; the first is the default of a connector file. */
export const FORMATS = {
  DefaultJson: { 'value.converter': STRING_CONVERTER },
  SimplifiedJson: {
    'value.converter': STRING_CONVERTER,
    'output.json.formatter': 'com.mongodb.kafka.connect.source.json.formatter.SimplifiedJson',
  },
  'full document only': { 'value.converter': STRING_CONVERTER, 'publish.full.document.only': 'true' },
  bson: {
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'output.format.value': 'bson',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type FormatName = keyof typeof FORMATS;

/**
 * What `--outputs` names, in the order of the table; `all` is all of them.
 *
 * @throws RangeError of a name that is none.
 */
export function chooseFormats(names: string): readonly FormatName[] {
  const all = Object.keys(FORMATS) as FormatName[];
  if (names === 'all') return all;
  const chosen = names.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !(name in FORMATS));
  if (unknown !== undefined) throw new RangeError(`Expected some of ${all.join(', ')}; got '${unknown}'`);
  return all.filter((name) => chosen.includes(name));
}
