import { type ConfigOf, connectorConfig, type Shape, type Validation } from '../connector-config.ts';
import { byteArrayConverter } from './byte-array-converter.ts';
import type { Converter } from './converter.ts';
import { createJsonConverter, jsonConverterProperties } from './json-converter.ts';
import { PRIMITIVE_CONVERTERS, primitiveConverter } from './primitive-converters.ts';
import { createStringConverter, stringConverterProperties } from './string-converter.ts';

type Texts = Readonly<Record<string, string>>;

export type ConverterClass = {
  readonly properties: Shape;
  /** Everything that is wrong with a converter's own properties. */
  validate(given: Texts): Validation<unknown>;
  /** @throws ConfigError where `validate` finds a problem. */
  create(given: Texts): Converter;
};

const KAFKA = 'org.apache.kafka.connect';
const SIMPLE_HEADER_CONVERTER = `${KAFKA}.storage.SimpleHeaderConverter`;

/** Converters by class name. */
export const CONVERTERS: Readonly<Record<string, ConverterClass>> = {
  [`${KAFKA}.storage.StringConverter`]: declare(stringConverterProperties, createStringConverter),
  [`${KAFKA}.json.JsonConverter`]: declare(jsonConverterProperties, createJsonConverter),
  [`${KAFKA}.converters.ByteArrayConverter`]: declare({}, () => byteArrayConverter),
  ...Object.fromEntries(
    PRIMITIVE_CONVERTERS.map((name) => [`${KAFKA}.converters.${name}`, declare({}, () => primitiveConverter(name))]),
  ),
};

/** Converters that are known, but not built yet: refused by name. */
export const NOT_BUILT_CONVERTERS = {
  'io.confluent.connect.avro.AvroConverter': 'Avro, with a schema registry of Confluent',
  'io.confluent.connect.protobuf.ProtobufConverter': 'Protobuf, with a schema registry of Confluent',
  'io.confluent.connect.json.JsonSchemaConverter': 'JSON Schema, with a schema registry of Confluent',
  'com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter': 'Avro, with the schema registry of Glue',
};

function declare<const S extends Shape>(properties: S, create: (config: ConfigOf<S>) => Converter): ConverterClass {
  const config = connectorConfig({ properties });
  return { properties, validate: (given) => config.validate(given), create: (given) => create(config.parse(given)) };
}

/** Why a converter of keys or values can't be used, or nothing. */
export const refuseConverter = (name: string): string | undefined => refuseUnless(Object.keys(CONVERTERS), name);

/** The same for a converter of headers. */
export const refuseHeaderConverter = (name: string): string | undefined =>
  refuseUnless([SIMPLE_HEADER_CONVERTER, ...Object.keys(CONVERTERS)], name);

function refuseUnless(built: readonly string[], name: string): string | undefined {
  if (fullNameOf(built, name)) return undefined;
  const isKnown = fullNameOf(Object.keys(NOT_BUILT_CONVERTERS), name) !== undefined;
  return `${isKnown ? 'Not built yet' : 'Class not found'}: ${name}; expected one of ${built.join(', ')}`;
}

/** The converter class of a full name or alias (`String`, `StringConverter`), as Kafka Connect resolves them. */
export function converterClassOf(name: string): ConverterClass | undefined {
  const full = fullNameOf(Object.keys(CONVERTERS), name);
  return full === undefined ? undefined : CONVERTERS[full];
}

function fullNameOf(classes: readonly string[], name: string): string | undefined {
  return classes.find((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1);
    return name === full || name === simple || name === simple.replace(/(?:Header)?Converter$/, '');
  });
}

/** The full class name of a converter, of which Kafka Connect takes aliases too. */
export const converterClassNameOf = (name: string): string => fullNameOf(Object.keys(CONVERTERS), name) ?? name;

/** The simple name of a converter class: `JsonConverter`. */
export function converterNameOf(name: string): string {
  const full = converterClassNameOf(name);
  return full.slice(full.lastIndexOf('.') + 1);
}
