import { type Namespace, parseNamespaceMap } from './namespace-map.ts';

export type TopicProperties = {
  readonly topicPrefix: string;
  readonly topicSuffix: string;
  readonly topicSeparator: string;
  readonly topicNamespaceMap: string;
};

/** The topic of a namespace; an empty one where there is none. Remembers each answer. */
export function createTopicMapper(properties: TopicProperties): (namespace: Namespace) => string {
  const { topicPrefix, topicSuffix, topicSeparator: separator } = properties;
  const map = parseNamespaceMap(properties.topicNamespaceMap);
  const prefix = topicPrefix === '' ? '' : topicPrefix + separator;
  const suffix = topicSuffix === '' ? '' : separator + topicSuffix;
  const known = new Map<string, string>();

  function undecorated(namespace: Namespace): string {
    const { database, collection } = namespace;
    const whole = collection === '' ? database : `${database}.${collection}`;
    const exact = map.exact.get(whole);
    if (exact !== undefined) return exact;
    const ofDatabase = map.exact.get(database);
    if (ofDatabase !== undefined) return ofDatabase + separator + collection;
    const matching = map.patterns.find(({ pattern }) => pattern.test(whole));
    if (matching) return matching.expand(namespace, separator);
    if (map.rest !== undefined) return map.rest;
    return collection === '' ? database : database + separator + collection;
  }

  return (namespace) => {
    // no name of a database has a zero character
    const key = `${namespace.database}\0${namespace.collection}`;
    let topic = known.get(key);
    if (topic === undefined) {
      const name = undecorated(namespace);
      topic = name === '' ? '' : prefix + name + suffix;
      known.set(key, topic);
    }
    return topic;
  };
}
