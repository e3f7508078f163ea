import type { Problem } from '../../../connect/errors.ts';
import { refuseJavaRegex, toWholeRegExp } from '../../../connect/java-regex.ts';

/** Exactly one of `topics` and `topics.regex`. */
export function refuseTopics(topics: readonly string[], regex: string): Problem[] {
  const listed = topics.filter((topic) => topic !== '');
  if (listed.length > 0 && regex !== '') {
    return [
      { property: 'topics', message: 'topics and topics.regex are mutually exclusive options, but both are set.' },
    ];
  }
  if (listed.length === 0 && regex === '') {
    return [{ property: 'topics', message: 'Must configure one of topics or topics.regex' }];
  }
  const repeated = listed.find((topic, index) => listed.indexOf(topic) !== index);
  if (repeated !== undefined) {
    return [{ property: 'topics', message: `Expected every topic once, got ${repeated} again` }];
  }
  const refused = regex === '' ? undefined : refuseJavaRegex(regex);
  if (refused === undefined) return [];
  const message = `Invalid value ${regex} for configuration topics.regex: Invalid regex: ${refused}`;
  return [{ property: 'topics.regex', message }];
}

/** Whether the connector reads a topic: listed, or its whole name matches. */
export function subscription(config: { topics: readonly string[]; topicsRegex: string }): (topic: string) => boolean {
  if (config.topicsRegex === '') return (topic) => config.topics.includes(topic);
  const pattern = toWholeRegExp(config.topicsRegex);
  return (topic) => pattern.test(topic);
}
