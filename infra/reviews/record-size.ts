import { parseTopicCreation } from '../../functions/aws/kafka/topic-creation.ts';
import { ConfigError } from '../../functions/connect/errors.ts';
import type { LoadedSource } from '../environment-connectors.ts';
import { writableTopicsOf } from '../environment-connectors.ts';
import type { Reviewed } from './reviewed.ts';

/**
 * Lambda's payload limit of 6 MB, in which a record's bytes stand as base64 beside names and positions. A larger record
 * can't reach a function at all.
 */
const MOST_BYTES = 4_613_734;

/**
 * Limits that let records through to a sink which no function can get. Below such a limit a value goes to the claim check
 * bucket by itself, so the way out is a lower limit.
 */
export function reviewRecordSize({ inConnector, settings, sinks, sources }: Reviewed): string[] {
  const read = new Set(sinks.flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)));
  return sources.flatMap((source) => {
    const topics = writableTopicsOf(source, settings).filter((topic) => read.has(topic));
    return topics.flatMap((topic) => {
      const tooLarge = limitsOf(source, topic);
      return tooLarge.map(
        ({ bytes, property }) =>
          `${inConnector(source, property)}: Expected at most ${MOST_BYTES} bytes (4.4 MiB) for topic ${topic}, which a sink reads, got ${bytes}: Lambda delivers no larger record`,
      );
    });
  });
}

/** The limits that are too large, unless another one is small enough: the least of all counts. */
function limitsOf({ properties }: LoadedSource, topic: string): { property: string; bytes: number }[] {
  const created = createdLimitOf(properties, topic);
  const limits = [
    ...(properties[REQUEST_SIZE] === undefined
      ? []
      : [{ property: REQUEST_SIZE, bytes: Number(properties[REQUEST_SIZE]) }]),
    ...(created === undefined ? [] : [{ property: 'topic.creation', bytes: created }]),
  ];
  return limits.some(({ bytes }) => bytes <= MOST_BYTES) ? [] : limits;
}

const REQUEST_SIZE = 'producer.override.max.request.size';

/** `max.message.bytes` of a topic that this source makes. */
function createdLimitOf(properties: LoadedSource['properties'], topic: string): number | undefined {
  const texts = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]));
  try {
    const limit = parseTopicCreation(texts)(topic)?.configs['max.message.bytes'];
    return limit === undefined ? undefined : Number(limit);
  } catch (error) {
    // said at its start, by its name
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
