import { boolean, choice, list, text } from '../../../connect/properties.ts';
import { DEFAULT_CLASSES, refuseClass, refuseClassName } from './class-names.ts';
import { refuseRenamer } from './post-processors/renamer-settings.ts';

const PROJECTIONS = ['none', 'blacklist', 'whitelist', 'allowlist', 'blocklist'] as const;

const projectionType = (side: 'key' | 'value') =>
  choice(PROJECTIONS, {
    group: 'Post processing',
    importance: 'low',
    description: `Projection of the ${side} for the partial id strategies.`,
    default: 'none',
  });
const projectionList = (side: 'key' | 'value') =>
  text({
    group: 'Post processing',
    importance: 'low',
    description: `Fields of the ${side} for projectors and partial id strategies, separated by commas.`,
    default: '',
  });
const partialType = (side: 'key' | 'value') =>
  text({
    group: 'Ids',
    importance: 'low',
    description: `Projection of Partial${side === 'key' ? 'Key' : 'Value'}Strategy; empty: ${side}.projection.type.`,
    default: '',
    check: (value) =>
      value === '' || PROJECTIONS.some((known) => known === value.toLowerCase())
        ? undefined
        : `Invalid enumerator value. Should be one of: [${PROJECTIONS.join(', ')}]`,
  });
const partialList = (side: 'key' | 'value') =>
  text({
    group: 'Ids',
    importance: 'low',
    description: `Fields of Partial${side === 'key' ? 'Key' : 'Value'}Strategy; empty: ${side}.projection.list.`,
    default: '',
  });
const renaming = (what: string) =>
  text({
    group: 'Post processing',
    importance: 'low',
    description: `JSON array of ${what}.`,
    default: '[]',
    check: refuseRenamer,
  });

/** How a record's value becomes the document that is written. */
export const chainProperties = {
  'post.processor.chain': list({
    group: 'Post processing',
    importance: 'low',
    description: 'Classes that change the document, in order. DocumentIdAdder is always among them.',
    default: DEFAULT_CLASSES.postProcessor,
    check: refuseChain,
  }),
  'key.projection.type': projectionType('key'),
  'key.projection.list': projectionList('key'),
  'value.projection.type': projectionType('value'),
  'value.projection.list': projectionList('value'),
  'field.renamer.mapping': renaming('{"oldName", "newName"} for RenameByMapping'),
  'field.renamer.regexp': renaming('{"regexp", "pattern", "replace"} for RenameByRegExp'),
  'field.value.transformer': text({
    group: 'Post processing',
    importance: 'low',
    description:
      'Class that changes the values of some fields: a module <class name>.mjs beside the connector file, which exports createTransformer(properties) and gets (fieldName, value) => value from it.',
    default: '',
    check: (value) => (value === '' ? undefined : refuseClassName(value)),
  }),
  'field.value.transformer.fields': text({
    group: 'Post processing',
    importance: 'low',
    description: 'Names of the fields that the transformer changes, at any depth, separated by commas.',
    default: '',
  }),
  'document.id.strategy': text({
    group: 'Ids',
    importance: 'medium',
    description: 'Class that makes the _id of a document that has none.',
    default: DEFAULT_CLASSES.idStrategy,
    check: (value) => refuseClass('idStrategy', value),
  }),
  'document.id.strategy.overwrite.existing': boolean({
    group: 'Ids',
    importance: 'low',
    description: 'Whether an _id that is there is replaced.',
    default: 'false',
  }),
  'document.id.strategy.uuid.format': choice(['string', 'binary'], {
    group: 'Ids',
    importance: 'low',
    description: 'How UuidStrategy writes its ids.',
    default: 'string',
  }),
  'document.id.strategy.partial.key.projection.type': partialType('key'),
  'document.id.strategy.partial.key.projection.list': partialList('key'),
  'document.id.strategy.partial.value.projection.type': partialType('value'),
  'document.id.strategy.partial.value.projection.list': partialList('value'),
  'document.id.strategy.random': boolean({
    group: 'Ids',
    importance: 'low',
    description:
      'Whether BsonOidStrategy and UuidStrategy make random ids, as the peer does. By default they are made of topic, partition, offset and timestamp, so that a batch that comes twice inserts once.',
    default: 'false',
  }),
};

function refuseChain(value: string): string | undefined {
  if (value === '') return undefined;
  return value
    .split(',')
    .map((name) => refuseClass('postProcessor', name.trim()))
    .find((refused) => refused !== undefined);
}
