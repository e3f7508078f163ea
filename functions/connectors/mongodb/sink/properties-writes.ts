import { boolean, choice, int, text } from '../../../connect/properties.ts';
import { DEFAULT_CLASSES, refuseClass } from './class-names.ts';

const group = 'Writes';
const TOLERANCES = ['none', 'data', 'all'] as const;
/** What is written and how, and what happens to a record that can't be. */
export const writeProperties = {
  'writemodel.strategy': text({
    group,
    importance: 'low',
    description: 'Class that makes the write of a record with a value.',
    default: DEFAULT_CLASSES.writeModelStrategy,
    check: (value) => refuseClass('writeModelStrategy', value),
  }),
  'delete.writemodel.strategy': text({
    group,
    importance: 'low',
    description: 'Class that makes the write of a record without a value.',
    default: DEFAULT_CLASSES.deleteStrategy,
    check: (value) => refuseClass('writeModelStrategy', value),
  }),
  'delete.on.null.values': boolean({
    group,
    importance: 'medium',
    description: 'Whether a record with a key and without a value deletes the document.',
    default: 'false',
  }),
  'max.batch.size': int({
    group,
    importance: 'medium',
    description: 'Most records in one bulk write; 0 means no limit.',
    default: '0',
    min: 0,
  }),
  'bulk.write.ordered': boolean({
    group,
    importance: 'medium',
    description:
      'true: a bulk write stops at a write that fails, and goes on behind it; false: the server tries all of it at once. Writes of one document keep their order in both.',
    default: 'true',
  }),
  'rate.limiting.timeout': int({
    group,
    importance: 'low',
    description:
      'Milliseconds to wait after every rate.limiting.every.n bulk writes, in each instance of the function.',
    default: '0',
    min: 0,
  }),
  'rate.limiting.every.n': int({
    group,
    importance: 'low',
    description: 'Bulk writes between two waits of rate.limiting.timeout.',
    default: '0',
    min: 0,
  }),
  'update.missing': choice(['count', 'reject'], {
    group,
    importance: 'medium',
    description:
      'What an update means whose document is not there. count: a metric and a log line. reject: the record can never be written; needs the privilege to find documents. Not a property of the peer, which says nothing.',
    default: 'count',
  }),
  'errors.tolerance': choice(TOLERANCES, {
    group: 'Errors',
    importance: 'high',
    description:
      'none: a record that can never be written holds its topic-partition until a person acts. all, data: it becomes a dead letter.',
    default: 'none',
  }),
  'mongo.errors.tolerance': choice(TOLERANCES, {
    group: 'Errors',
    importance: 'medium',
    description:
      "Replaces errors.tolerance for the connector's own errors; what a converter refuses stays with errors.tolerance.",
    default: 'none',
  }),
  'errors.park.keys': boolean({
    group: 'Errors',
    importance: 'medium',
    description:
      'Whether later records of a key wait behind its dead letter, so that sending it again never overwrites newer state. By default only where writes go by `_id`: not with business keys or time series, unless it is set. Not a property of the peer, whose dead letters are other records.',
    default: 'true',
  }),
  'errors.log.enable': boolean({
    group: 'Errors',
    importance: 'medium',
    description: 'Whether each record that becomes a dead letter is logged, by position.',
    default: 'false',
  }),
  'mongo.errors.log.enable': boolean({
    group: 'Errors',
    importance: 'medium',
    description:
      "Replaces errors.log.enable for the connector's own errors; what a converter refuses stays with errors.log.enable.",
    default: 'false',
  }),
};
