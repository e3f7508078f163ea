import { refuseConverter, refuseHeaderConverter } from './converters/converter-classes.ts';
import { boolean, choice, int, list, long, text } from './properties.ts';

/** Properties that Kafka Connect itself owns, for every connector. Source: Kafka's documentation, "Kafka Connect". */
export const commonProperties = {
  name: text({
    group: 'Connector',
    importance: 'high',
    description: 'Name of the connector: its identity in logs, metrics, the position store and resource names.',
    check: (value) =>
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)
        ? undefined
        : 'Expected 1 to 64 letters, digits, dots, underscores and dashes, beginning with a letter or digit',
  }),
  'connector.class': text({
    group: 'Connector',
    importance: 'high',
    description: 'Class name or alias of the connector, as for Kafka Connect.',
  }),
  'tasks.max': int({
    group: 'Connector',
    importance: 'low',
    description: 'Accepted for compatibility: a source is one task, a sink scales with the partitions of its topics.',
    default: '1',
    min: 1,
  }),
  'key.converter': text({
    group: 'Converters',
    importance: 'medium',
    description: 'Class name or alias of the converter between keys and their bytes.',
    default: 'org.apache.kafka.connect.storage.StringConverter',
    check: refuseConverter,
  }),
  'value.converter': text({
    group: 'Converters',
    importance: 'medium',
    description: 'Class name or alias of the converter between values and their bytes.',
    default: 'org.apache.kafka.connect.storage.StringConverter',
    check: refuseConverter,
  }),
  'header.converter': text({
    group: 'Converters',
    importance: 'low',
    description: 'Checked, without effect: the headers of records stay the bytes that they are.',
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    check: refuseHeaderConverter,
  }),
  'errors.retry.timeout': long({
    group: 'Errors',
    importance: 'medium',
    description:
      'Milliseconds in which a failed conversion is tried again; -1 for ever. Conversions here never fail in a way that passes.',
    default: '0',
  }),
  'errors.retry.delay.max.ms': long({
    group: 'Errors',
    importance: 'medium',
    description: 'Most milliseconds between two tries of a failed conversion.',
    default: '60000',
  }),
  'errors.log.include.messages': boolean({
    group: 'Errors',
    importance: 'medium',
    description:
      'Whether the log of a failed record of a sink has its timestamp beside its position. Logs never have content.',
    default: 'false',
  }),
  'config.action.reload': choice(['none', 'restart'], {
    group: 'Connector',
    importance: 'low',
    description: 'Accepted for compatibility: secrets are read at start and again after an authentication error.',
    default: 'restart',
  }),
};

/** Properties that Kafka Connect owns for sources, and ours for them. */
export const sourceProperties = {
  ...commonProperties,
  'topic.creation.groups': list({
    group: 'Topic creation',
    importance: 'low',
    description: 'Aliases of the groups of topics to create.',
    default: '',
  }),
  'exactly.once.support': choice(['requested', 'required'], {
    group: 'Connector',
    importance: 'medium',
    description: 'Delivery is at least once; required is refused.',
    default: 'requested',
  }),
  'offset.flush.interval.ms': long({
    group: 'Position',
    importance: 'low',
    description: 'Least milliseconds between two writes of the position to DynamoDB.',
    default: '1000',
    min: 1,
  }),
};

/** Properties that Kafka Connect owns for sinks. Errors of `topics` are the connector's, which words them. */
export const sinkProperties = {
  ...commonProperties,
  topics: list({
    group: 'Topics',
    importance: 'high',
    description: 'Topics to read, separated by commas.',
    default: '',
  }),
  'topics.regex': text({
    group: 'Topics',
    importance: 'high',
    description: 'Regular expression (Java) that the whole name of a topic must match.',
    default: '',
  }),
  'errors.deadletterqueue.topic.name': text({
    group: 'Errors',
    importance: 'medium',
    description: 'Accepted for compatibility, with a warning: dead letters wait in the SQS queue.',
    default: '',
  }),
  'errors.deadletterqueue.topic.replication.factor': int({
    group: 'Errors',
    importance: 'low',
    description: 'Accepted for compatibility: dead letters wait in the SQS queue.',
    default: '3',
  }),
  'errors.deadletterqueue.context.headers.enable': boolean({
    group: 'Errors',
    importance: 'medium',
    description: 'Adds the ten headers of Kafka Connect that say what failed to the record inside a dead letter.',
    default: 'false',
  }),
};

/** Families of free properties that both kinds of connector have. */
export const commonFamilies = {
  'key.converter.': 'Properties of the key converter; they count only where `key.converter` is set.',
  'value.converter.': 'Properties of the value converter; they count only where `value.converter` is set.',
  'header.converter.': 'Properties of the header converter.',
};

export const sourceFamilies = {
  ...commonFamilies,
  'topic.creation.': 'Partitions, replication factor and configuration of topics to create.',
  'producer.override.': 'Settings of the Kafka producer.',
  'admin.override.': 'Accepted for compatibility.',
};

export const sinkFamilies = {
  ...commonFamilies,
  'topic.override.': 'Properties for one topic: topic.override.<topic>.<property>.',
  'consumer.override.':
    'Settings of the event source mapping: auto.offset.reset, max.poll.records, fetch.max.wait.ms, group.id.',
};

/** Properties of Kafka Connect that are not built yet: refused by name, never ignored. */
export const notBuiltProperties = {
  transforms: 'single message transforms',
  'transforms.': 'single message transforms',
  predicates: 'predicates',
  'predicates.': 'predicates',
};
