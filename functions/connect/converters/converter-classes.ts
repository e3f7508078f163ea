import { byteArrayConverter } from './byte-array-converter.ts';
import type { Converter } from './converter.ts';
import { stringConverter } from './string-converter.ts';

const KAFKA = 'org.apache.kafka.connect';

/** Converters by class name. `undefined`: known to Kafka Connect or its registries, not built yet. */
const CLASSES: Readonly<Record<string, Converter | undefined>> = {
  [`${KAFKA}.storage.StringConverter`]: stringConverter,
  [`${KAFKA}.converters.ByteArrayConverter`]: byteArrayConverter,
  [`${KAFKA}.json.JsonConverter`]: undefined,
  [`${KAFKA}.converters.BooleanConverter`]: undefined,
  [`${KAFKA}.converters.ShortConverter`]: undefined,
  [`${KAFKA}.converters.IntegerConverter`]: undefined,
  [`${KAFKA}.converters.LongConverter`]: undefined,
  [`${KAFKA}.converters.FloatConverter`]: undefined,
  [`${KAFKA}.converters.DoubleConverter`]: undefined,
  'io.confluent.connect.avro.AvroConverter': undefined,
  'io.confluent.connect.protobuf.ProtobufConverter': undefined,
  'io.confluent.connect.json.JsonSchemaConverter': undefined,
};

/** The full name of a converter class or alias (`String`, `StringConverter`), as Kafka Connect resolves it. */
const fullNameOf = (name: string): string =>
  Object.keys(CLASSES).find((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1);
    return name === full || name === simple || `${name}Converter` === simple;
  }) ?? name;

/** Why a converter can't be used, or nothing. */
export function refuseConverter(name: string): string | undefined {
  const full = fullNameOf(name);
  if (CLASSES[full]) return undefined;
  const built = Object.keys(CLASSES).filter((candidate) => CLASSES[candidate]);
  return `${full in CLASSES ? 'Not built yet' : 'Class not found'}: ${name}; expected one of ${built.join(', ')}`;
}

/** The converter of a name that `refuseConverter` accepts. */
export function converterOf(name: string): Converter {
  const converter = CLASSES[fullNameOf(name)];
  if (!converter) throw new TypeError(`Unchecked converter class ${name}`);
  return converter;
}
