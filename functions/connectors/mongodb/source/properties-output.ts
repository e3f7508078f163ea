import { boolean, choice, int, text } from '../../../connect/properties.ts';
import { refuseClassName } from './class-names.ts';
import { DEFAULT_KEY_SCHEMA, DEFAULT_VALUE_SCHEMA } from './schema/default-schemas.ts';
import { refuseAvroSchema } from './schema/refuse-avro.ts';

const FORMATS = ['json', 'bson', 'schema'] as const;

/** What keys and values look like. */
export const outputProperties = {
  'output.format.key': choice(FORMATS, {
    group: 'Output',
    importance: 'high',
    description: 'Format of keys.',
    default: 'json',
  }),
  'output.format.value': choice(FORMATS, {
    group: 'Output',
    importance: 'high',
    description: 'Format of values.',
    default: 'json',
  }),
  'output.schema.infer.value': boolean({
    group: 'Output',
    importance: 'high',
    description:
      'Makes a schema from each document, whatever output.schema.value is; used with output.format.value=schema.',
    default: 'false',
  }),
  'output.schema.key': text({
    group: 'Output',
    importance: 'high',
    description:
      'Avro schema of keys, which takes its fields from the whole event; used with output.format.key=schema.',
    default: DEFAULT_KEY_SCHEMA,
    check: refuseAvroSchema,
  }),
  'output.schema.value': text({
    group: 'Output',
    importance: 'high',
    description: 'Avro schema of values; used with output.format.value=schema.',
    default: DEFAULT_VALUE_SCHEMA,
    check: refuseAvroSchema,
  }),
  'output.json.formatter': text({
    group: 'Output',
    importance: 'medium',
    description:
      'Class that says how BSON becomes JSON: DefaultJson, ExtendedJson or SimplifiedJson, with its full name.',
    default: 'com.mongodb.kafka.connect.source.json.formatter.DefaultJson',
    check: refuseClassName,
  }),
  'encode.threads': int({
    group: 'Output',
    importance: 'low',
    description:
      'Threads that make keys and values beside the one that reads and sends. -1: none; one from 4 vCPUs on and two from 8 on, unless values are BSON.',
    default: '-1',
    min: -1,
    max: 8,
  }),
};
