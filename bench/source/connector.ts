import { DATABASE } from '../replay-server/sample-events.ts';
import type { FORMATS } from './formats.ts';

/** A source connector of one measurement; the same properties are ours and the peer's. */
export type SourceConnector = {
  readonly name: string;
  readonly topic: string;
  readonly properties: Readonly<Record<string, string>>;
};

export type Watched = { readonly uri: string; readonly collections: number };

/** All its records go to one topic, whatever collections it watches. */
export function toConnector(
  name: string,
  format: (typeof FORMATS)[keyof typeof FORMATS],
  { collections, uri }: Watched,
): SourceConnector {
  return {
    name,
    topic: name,
    properties: {
      'connection.uri': uri,
      database: DATABASE,
      ...(collections === 1 && { collection: 'c' }),
      'topic.namespace.map': JSON.stringify({ '*': name }),
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      ...format,
    },
  };
}
