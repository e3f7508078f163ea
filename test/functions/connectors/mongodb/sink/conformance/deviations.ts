import { digestOf } from '../../../../../conformance/case-digest.ts';
import type { Case, DeadLetter, Expected, ExpectedBatch, Model } from './case-file.ts';

/**
 * Cases that come out otherwise here, on purpose: `docs/differences.md` lists them. Each is bound to the whole of its
 * case by a digest; an altered case is compared like any other, and fails.
 */
export type Deviation = {
  readonly reason: string;
  readonly digest: string;
  /** Our own result, from the peer's, compared as strictly as a case's. */
  wanted(expected: Expected): Expected;
};

export const deviationOf = (vector: Case): Deviation | undefined => {
  const deviation = DEVIATIONS[vector.name];
  return deviation?.digest === digestOf(vector) ? deviation : undefined;
};

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'batching/big interleave': {
    reason: 'a batch goes on after records of another namespace',
    digest: 'e101412e606e7744',
    wanted: (expected) => ({ ...expected, batches: (expected.batches ?? []).reduce(joined, []) }),
  },
  'cdc-mongodb/update truncatedArrays odd items': {
    reason: 'what can not be applied is an error, never left out in silence',
    digest: '78edecf59370e349',
    wanted: () => ({ batches: [], deadLetters: lettersOf(0) }),
  },
  'config/uri ok mongodb://localhost/?unknownOption=1': {
    reason: 'an option of the connection string that the driver does not know is refused, never ignored',
    digest: '9c279ad1637c3bfd',
    wanted: () => ({
      configErrors: [
        {
          property: 'connection.uri',
          message:
            'Invalid value mongodb://localhost/?unknownOption=1 for configuration connection.uri: option unknownoption is not supported',
        },
      ],
    }),
  },
  'config/connected old server api': unseenServer('1f570373bcb70e6c'),
  'config/connected timeseries creates': unseenServer('615a3c805bbfe6e1'),
  'config/connected old server timeseries': unseenServer('bcab1dc7cb05e458'),
  'config/connected timeseries ordinary collection': unseenServer('c29ff9cb30fb8f33'),
  'config/custom auth wrong class': refusedHere(
    '6b51a12b8e1fea4b',
    'mongo.custom.auth.mechanism.providerClass',
    "Unable to find com.mongodb.kafka.connect.sink.processor.DocumentIdAdder on the classpath. Java classes can't run here; set the credentials in connection.uri",
  ),
  'config/custom auth upper case': refusedHere(
    '6be8dbc3bbfd7c65',
    'mongo.custom.auth.mechanism.providerClass',
    'mongo.custom.auth.mechanism.providerClass is required when mongo.custom.auth.mechanism.enable is set to true.',
  ),
  'config/ssl store names': refusedHere(
    'a3d3576a9475e90e',
    'connection.ssl.truststore',
    "Invalid value missing.jks for configuration connection.ssl.truststore: Trust stores of Java can't be read here; set tlsCAFile in connection.uri",
  ),
  'errors/command error all': {
    reason: 'a user without the right to write is not the fault of a record: it comes again',
    digest: '8e8ee6b1b8152efa',
    wanted: () => ({ throws: { retriable: true } }),
  },
  'errors/second batch command error all': {
    reason: 'a user without the right to write is not the fault of a record: it comes again',
    digest: '91881ac189add6c2',
    wanted: () => ({ throws: { retriable: true } }),
  },
  'errors/bad record before write error all': {
    reason: 'the record behind the rejected one is written, as in its sisters',
    digest: 'c347609d4d45ee19',
    wanted: (expected) => ({
      ...expected,
      deadLetters: expected.deadLetters?.filter(({ offset }) => offset !== 2),
      written: [{ namespace: 'db.t', op: 'update', target: { _id: { $numberInt: '3' } } }],
    }),
  },
  'errors/encode error data': {
    reason: 'a document that can not be encoded is a data error like any other',
    digest: '2a37ea76fa1f4a9b',
    wanted: ({ batches = [] }) => ({
      batches: [{ ...batches[0]!, models: [batches[0]!.models[0]!, replacementOf('3')] }],
      deadLetters: lettersOf(1),
    }),
  },
  'namespace/field coll value nul': {
    reason: 'no server takes the name, so the record is rejected before it is sent',
    digest: '973fad7f93bbfeb3',
    wanted: () => ({ batches: [], deadLetters: lettersOf(0) }),
  },
  'renaming/mapping swap': {
    reason: 'two fields that swap their names both stay; the peer loses one',
    digest: 'c8176d3da8dade9d',
    wanted: ({ batches = [] }) => ({
      batches: [
        {
          ...batches[0]!,
          models: [
            {
              ...batches[0]!.models[0]!,
              replacement: {
                _id: { $numberInt: '1' },
                c: { $numberInt: '3' },
                b: { $numberInt: '1' },
                a: { $numberInt: '2' },
              },
            },
          ],
        },
      ],
    }),
  },
  'renaming/regexp dollar escape': {
    reason: "a document that can not be written is its own record's problem alone",
    digest: '8e3043bc923ab5e5',
    wanted: (expected) => ({
      batches: expected.batches,
      deadLetters: expected.deadLetters?.filter(({ offset }) => offset === 1),
    }),
  },
  'writemodel/business key flatten empty': {
    reason: 'without errors.tolerance the empty key holds its topic-partition',
    digest: '9338d1b3651767f2',
    wanted: () => ({ throws: {} }),
  },
  'topics/regex override bad dotted': {
    reason: 'a wrong value is found before the first record of its topic comes',
    digest: '2cadb81280c13f50',
    wanted: () => ({
      configErrors: [
        {
          property: 'topic.override.a.b.errors.tolerance',
          message:
            'Invalid value bad for configuration errors.tolerance: Invalid enumerator value. Should be one of: [none, data, all]',
        },
      ],
    }),
  },
};

function unseenServer(digest: string): Deviation {
  return {
    reason: 'the server is looked at when something is written, not before',
    digest,
    wanted: () => ({ configErrors: [] }),
  };
}

function refusedHere(digest: string, property: string, message: string): Deviation {
  return {
    reason: 'what Java alone can read or run is refused at validation, with what to set instead',
    digest,
    wanted: () => ({ configErrors: [{ property, message }] }),
  };
}

/** Letters of records of the topic `t`; what the peer would say in them is not known. */
const lettersOf = (...offsets: readonly number[]): DeadLetter[] =>
  offsets.map((offset) => ({ topic: 't', partition: 0, offset, class: '', message: '' }));

const replacementOf = (id: string): Model => {
  const _id = { $numberInt: id };
  return { op: 'replaceOne', filter: { _id }, replacement: { _id }, upsert: true };
};

const BATCH_SIZE = 20;

/** Fills the batches of a namespace again which the peer ended early. */
function joined(batches: readonly ExpectedBatch[], { models, ...batch }: ExpectedBatch): ExpectedBatch[] {
  const index = batches.findLastIndex(({ namespace }) => namespace === batch.namespace);
  const last = batches[index];
  const room = last ? BATCH_SIZE - last.models.length : 0;
  const filled =
    last && room > 0
      ? [...batches].with(index, { ...last, models: [...last.models, ...models.slice(0, room)] })
      : batches;
  const rest = models.slice(room);
  return rest.length > 0 ? [...filled, { ...batch, models: rest }] : [...filled];
}
