import type { Problem } from '../../../connect/errors.ts';

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
  if (regex !== '' && patternOf(regex) === undefined) {
    return [
      {
        property: 'topics.regex',
        message: `Invalid value ${regex} for configuration topics.regex: Invalid regex: it can't be compiled`,
      },
    ];
  }
  return [];
}

/** Whether the connector reads a topic: listed, or its whole name matches. */
export function isSubscribed(config: { topics: readonly string[]; topicsRegex: string }, topic: string): boolean {
  return config.topicsRegex === ''
    ? config.topics.includes(topic)
    : (patternOf(config.topicsRegex)?.test(topic) ?? false);
}

function patternOf(regex: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${regex})$`, 'u');
  } catch {
    // reported as a configuration problem by refuseTopics
    return undefined;
  }
}
