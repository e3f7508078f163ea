import { boolean, choice, text } from '../../../connect/properties.ts';
import { refuseClassName } from './class-names.ts';

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
    description: 'Makes a schema from each document; used with output.format.value=schema.',
    default: 'false',
  }),
  'output.schema.key': text({
    group: 'Output',
    importance: 'high',
    description: 'Avro schema of keys; used with output.format.key=schema.',
    default: '',
  }),
  'output.schema.value': text({
    group: 'Output',
    importance: 'high',
    description: 'Avro schema of values; used with output.format.value=schema.',
    default: '',
  }),
  'output.json.formatter': text({
    group: 'Output',
    importance: 'medium',
    description:
      'Class that says how BSON becomes JSON: DefaultJson, ExtendedJson or SimplifiedJson, with its full name.',
    default: 'com.mongodb.kafka.connect.source.json.formatter.DefaultJson',
    check: refuseClassName,
  }),
};
