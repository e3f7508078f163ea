import { text } from '../../../connect/properties.ts';
import { refuseClassName } from './class-names.ts';
import { refuseNamespaceMap } from './namespace-map.ts';

export const DEFAULT_TOPIC_MAPPER = 'com.mongodb.kafka.connect.source.topic.mapping.DefaultTopicMapper';

/** Which topic the records of a namespace go to. */
export const topicProperties = {
  'topic.mapper': text({
    group: 'Topics',
    importance: 'high',
    description: 'Class that maps a namespace to a topic; only the default one exists.',
    default: DEFAULT_TOPIC_MAPPER,
    check: (name) => refuseClassName(name) ?? (name === DEFAULT_TOPIC_MAPPER ? undefined : `Class not found: ${name}`),
  }),
  'topic.separator': text({
    group: 'Topics',
    importance: 'low',
    description: 'Stands between prefix, database, collection and suffix.',
    default: '.',
  }),
  'topic.prefix': text({
    group: 'Topics',
    importance: 'low',
    description: 'Stands before the names of all topics, with a separator.',
    default: '',
  }),
  'topic.suffix': text({
    group: 'Topics',
    importance: 'low',
    description: 'Stands behind the names of all topics, with a separator.',
    default: '',
  }),
  'topic.namespace.map': text({
    group: 'Topics',
    importance: 'high',
    description:
      'JSON document from namespaces to topics: db.coll, db, /regular expression of a whole namespace/, or * for the rest.',
    default: '',
    check: refuseNamespaceMap,
  }),
};
