import { BSON, type Document } from 'mongodb';
import { JSON_FORMATS } from '../../functions/connectors/mongodb/bson/json-formats.ts';
import { jsonTextOf } from '../../functions/connectors/mongodb/bson/json-writer.ts';
import { createSampleEvents, type SampleOptions } from '../replay-server/sample-events.ts';
import type { Work } from './works.ts';

/** Key and value of a record as text. */
type Texts = { readonly key: string | null; readonly value: string };

export const TOPIC = 'bench';
export const PARTITIONS = 6;
const DOCUMENT_BYTES = 1024;

/**
 * Invocations of a sink as Lambda's event source mapping makes them, JSON text: so many records each, spread over the
 * partitions of one topic.
 */
export function* samplePuts(work: Work, puts: number, recordsPerPut: number): Generator<string> {
  const textsOf = work.records === 'documents' ? documentTexts() : changeTexts(work.records, work.hasFullDocument);
  for (let put = 0; put < puts; put += 1) {
    const records: Record<string, object[]> = {};
    for (let place = 0; place < recordsPerPut; place += 1) {
      const index = put * recordsPerPut + place;
      // a mapping reads a partition at a time, so a partition's records stand together
      const partition = Math.floor((place * PARTITIONS) / recordsPerPut);
      records[`${TOPIC}-${partition}`] ??= [];
      records[`${TOPIC}-${partition}`]!.push(toRecord(partition, index, textsOf(index)));
    }
    yield JSON.stringify({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/00000000-0000-0000-0000-0',
      bootstrapServers: 'b-1.bench:9098,b-2.bench:9098',
      records,
    });
  }
}

const toRecord = (partition: number, offset: number, { key, value }: Texts): object => ({
  topic: TOPIC,
  partition,
  offset,
  timestamp: 1_790_000_000_000 + offset,
  timestampType: 'CREATE_TIME',
  ...(key !== null && { key: base64Of(key) }),
  value: base64Of(value),
  // as a source of ours writes them
  headers: [{ 'tailrace.epoch': [49] }],
});

const base64Of = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Simplified JSON of 1 KB, with an `_id` that is a text. */
function documentTexts(): (index: number) => Texts {
  const eventOf = sampleEvents({ insert: 100 }, DOCUMENT_BYTES - SIMPLIFIED_IS_LONGER);
  return (index) => {
    const { fullDocument } = BSON.deserialize(eventOf(index), EXACT);
    return { key: null, value: jsonTextOf(Buffer.from(BSON.serialize(fullDocument)), JSON_FORMATS.simplified) };
  };
}

/** What a source writes by default: the documentKey, and the whole change event as Extended JSON. */
function changeTexts(mix: SampleOptions['mix'], hasFullDocument = true): (index: number) => Texts {
  const eventOf = sampleEvents(mix, DOCUMENT_BYTES);
  return (index) => {
    const bytes = eventOf(index);
    const event = BSON.deserialize(bytes, EXACT);
    if (!hasFullDocument && event.operationType === 'update') delete event.fullDocument;
    const textOf = (document: Document) => jsonTextOf(Buffer.from(BSON.serialize(document)), JSON_FORMATS.default);
    return { key: textOf(event.documentKey), value: textOf(event) };
  };
}

function sampleEvents(mix: SampleOptions['mix'], documentBytes: number): (index: number) => Buffer {
  const samples = createSampleEvents({ mix, documentBytes, collections: 1 });
  return (index) => {
    const bytes = Buffer.alloc(samples.sizeOf(index));
    samples.write(bytes, 0, index);
    return bytes;
  };
}

/** No number changes its type on the way. */
const EXACT = { promoteValues: false } as const;
/** Bytes that the sample document has more as text than as BSON. */
const SIMPLIFIED_IS_LONGER = 92;
