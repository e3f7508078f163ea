import { boolean, text } from '../../../connect/properties.ts';
import { DEFAULT_CLASSES, refuseClass } from './class-names.ts';

const group = 'Namespace';

const field = (side: 'key' | 'value', part: 'database' | 'collection') =>
  text({
    group,
    importance: 'low',
    description: `Path of the field in the ${side} that names the ${part}, for FieldPathNamespaceMapper.`,
    default: '',
  });

/** Where a record is written. */
export const namespaceProperties = {
  database: text({
    group,
    importance: 'high',
    description: 'Database that the sink writes to.',
    check: (value) => (value === '' ? 'String must be non-empty' : refuseDatabaseName(value)),
  }),
  collection: text({
    group,
    importance: 'high',
    description: 'Collection that the sink writes to; empty: the name of the topic.',
    default: '',
  }),
  'namespace.mapper': text({
    group,
    importance: 'low',
    description: 'Class that finds the namespace of a record.',
    default: DEFAULT_CLASSES.namespaceMapper,
    check: (value) => refuseClass('namespaceMapper', value),
  }),
  'namespace.mapper.key.database.field': field('key', 'database'),
  'namespace.mapper.key.collection.field': field('key', 'collection'),
  'namespace.mapper.value.database.field': field('value', 'database'),
  'namespace.mapper.value.collection.field': field('value', 'collection'),
  'namespace.mapper.error.if.invalid': boolean({
    group,
    importance: 'low',
    description: 'Whether a record without the field, or with one that is no text, is an error.',
    default: 'false',
  }),
};

/** Why MongoDB's drivers do not take a name as that of a database, or nothing. */
export function refuseDatabaseName(name: string): string | undefined {
  const forbidden = [...name].find((char) => '\0/\\ ".'.includes(char));
  if (name === '') return 'Expected a database name, got an empty text';
  return forbidden === undefined ? undefined : `A database name must not contain ${JSON.stringify(forbidden)}`;
}
