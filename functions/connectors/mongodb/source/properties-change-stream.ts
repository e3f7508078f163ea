import { boolean, choice, int, long, text } from '../../../connect/properties.ts';
import { refuseCollation } from './collation.ts';
import { refuseDocuments } from './json-properties.ts';

const OPTIONAL_MODE = 'Invalid enumerator value. Should be one of: ';

/** What is watched, and what each event holds. */
export const changeStreamProperties = {
  pipeline: text({
    group: 'Change stream',
    importance: 'medium',
    description: 'JSON array of aggregation stages that events go through in the database.',
    default: '[]',
    check: refuseDocuments,
  }),
  'batch.size': int({
    group: 'Change stream',
    importance: 'medium',
    description:
      'Events that the server puts into one cursor reply at most; 0 leaves it to the server, and behind a large reply asks for two megabytes of them.',
    default: '0',
    min: 0,
  }),
  'publish.full.document.only': boolean({
    group: 'Change stream',
    importance: 'high',
    description:
      'Publishes fullDocument in place of the whole event. Where change.stream.full.document is empty or default it is updateLookup then.',
    default: 'false',
  }),
  'publish.full.document.only.tombstone.on.delete': boolean({
    group: 'Change stream',
    importance: 'high',
    description: 'Publishes a record without a value for a deleted document; used with publish.full.document.only.',
    default: 'false',
  }),
  'change.stream.document.key.as.key': boolean({
    group: 'Change stream',
    importance: 'high',
    description: 'The key of a record is the documentKey of its event, where it has one, and not its resume token.',
    default: 'true',
  }),
  'change.stream.full.document.before.change': choice(['', 'default', 'off', 'whenAvailable', 'required'], {
    group: 'Change stream',
    importance: 'high',
    description: 'Whether events hold the document as it was before the change.',
    default: '',
    caseSensitive: true,
    refusal: `${OPTIONAL_MODE}[default, off, whenAvailable, required]`,
  }),
  'change.stream.full.document': choice(['', 'default', 'updateLookup', 'whenAvailable', 'required'], {
    group: 'Change stream',
    importance: 'high',
    description: 'Whether events of updates hold the document as it is after the change.',
    default: '',
    caseSensitive: true,
    refusal: `${OPTIONAL_MODE}[default, updateLookup, whenAvailable, required]`,
  }),
  'change.stream.show.expanded.events': boolean({
    group: 'Change stream',
    importance: 'medium',
    description: 'Adds events of created collections and indexes, of sharding, and more members to the others.',
    default: 'false',
  }),
  collation: text({
    group: 'Change stream',
    importance: 'high',
    description: 'JSON document with the collation of the aggregation pipeline.',
    default: '',
    check: refuseCollation,
  }),
  'poll.max.batch.size': int({
    group: 'Change stream',
    importance: 'low',
    description: 'Records that are made and handed on at once.',
    default: '1000',
    min: 1,
  }),
  'poll.await.time.ms': long({
    group: 'Change stream',
    importance: 'low',
    description: 'Milliseconds that the server waits for new events before it sends an empty reply.',
    default: '5000',
    min: 1,
  }),
};
