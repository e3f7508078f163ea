import { BSON } from 'mongodb';
import { expect } from 'vitest';
import { messageOf, type Problem } from '../../../../../../functions/connect/errors.ts';
import { digestOf } from '../../../../../conformance/case-digest.ts';
import type { Case } from './case-file.ts';
import type { PollResult } from './run-poll.ts';

/**
 * Cases that come out otherwise here, on purpose: `docs/differences.md` lists them. Each is bound to the whole of its
 * case by a digest; an altered case is compared like any other, and fails.
 */
export type Deviation = {
  readonly reason: string;
  readonly digest: string;
  /** Our own result, as strict as a case's. */
  holds(problems: readonly Problem[], poll: () => Promise<PollResult>): Promise<void> | void;
};

export const deviationOf = (vector: Case): Deviation | undefined => {
  const deviation = DEVIATIONS[vector.name];
  return deviation?.digest === digestOf(vector) ? deviation : undefined;
};

const RETRIED = 'a failure that passes is retried behind the last event that was taken, whatever the tolerance';
const FINAL = 'a failure that does not pass stops the task with the words of the server, whatever the tolerance';

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  'config-connection-uri-0': {
    reason: 'a message never shows a text that may be a secret',
    digest: '8a2225b54d6a2276',
    holds: (problems) =>
      expect(problems).toEqual([
        {
          property: 'connection.uri',
          message:
            "Invalid value [hidden] for configuration connection.uri: The connection string is invalid. Connection strings must start with either 'mongodb://' or 'mongodb+srv://",
        },
      ]),
  },
  'config-output-json-formatter-2': {
    reason: 'a class that is no formatter is refused, not found out at the first poll',
    digest: '45c3b0e9a9810d4b',
    holds: (problems) =>
      expect(problems).toEqual([{ property: 'output.json.formatter', message: 'Class not found: java.lang.String' }]),
  },
  'client-truststore-missing': {
    reason: 'trust stores of Java are refused, whether they are there or not',
    digest: '370333503e32b219',
    holds: (problems) =>
      expect(problems).toEqual([
        {
          property: 'connection.ssl.truststore',
          message: "Trust stores of Java can't be read here; set tlsCAFile in connection.uri",
        },
      ]),
  },
  'config-auth-provider-wrong-type': {
    reason: 'no class of Java can be found here, so none is of a wrong type',
    digest: 'b18ecab7cf7d4ea4',
    holds: (problems) =>
      expect(problems).toEqual([
        {
          property: 'mongo.custom.auth.mechanism.providerClass',
          message:
            "Unable to find java.lang.String on the classpath. Java classes can't run here; set the credentials in connection.uri",
        },
      ]),
  },
  'errors-open-timeout-token-none': retried('4b94c1de4a2908a2', [9, 9], [1]),
  'errors-open-timeout-token-all': retried('1b072358c072eba1', [9, 9], [1]),
  'errors-read-socket-none': retried('1f8b5b965a362de4', [9, 1], [1, 3]),
  'errors-read-socket-all': retried('50a9a1eb5c0c2262', [9, 1], [1, 3]),
  'errors-read-mongo-message-none': retried('a0e788ea11521f5c', [9, 1], [1, 3]),
  'errors-open-failed-to-parse-9-start-after-token-none': final('9f2b8aaf00bbb005', 'unknown field startAfter', [], 2),
  'errors-open-failed-to-parse-9-start-after-token-all': final('f0f12ce1a0280c27', 'unknown field startAfter', [], 2),
  'errors-read-unauthorized-13-all': final('0bf92d67f442a095', 'no', [1]),
  'heartbeat-stale-after-recreation': {
    reason: 'a lost position stops the task, so there is no second stream',
    digest: '3adf0d6f5b63afac',
    async holds(_, poll) {
      const { error, opened, ...result } = await poll();
      expect(error).toMatchObject({ name: 'StoppedError', code: 'POSITION_LOST' });
      expect(opened).toHaveLength(1);
      expect(keysOf(result)).toEqual(['{"_id": 1}']);
    },
  },
  'watch-pipeline-types': {
    reason: 'the driver writes undefined as null',
    digest: '8128d600ae0eff41',
    async holds(_, poll) {
      const [match] = (await poll()).opened.map(({ command }) => command.pipeline[1].$match);
      expect(BSON.EJSON.serialize(match, { relaxed: false })).toEqual({
        a: { $date: { $numberLong: '1577836800000' } },
        b: { $oid: '5f15aab12435743f9bd126a4' },
        c: { $numberLong: '5' },
        d: { $numberDecimal: '1.5' },
        e: { $regularExpression: { pattern: 'x', options: 'i' } },
        f: { $binary: { base64: 'AQID', subType: '00' } },
        h: { $timestamp: { t: 1, i: 2 } },
        i: { $numberInt: '3' },
        j: { $numberDouble: 'NaN' },
        k: null,
        l: { $minKey: 1 },
        m: { $numberLong: '3000000000' },
        n: { $numberDouble: '1000.0' },
        o: { $numberInt: '0' },
        p: { $numberDouble: 'Infinity' },
      });
    },
  },
  'watch-pipeline-uuid-java-legacy': {
    reason: 'uuidRepresentation has no effect: UUIDs are always of subtype 4, and a warning says so',
    digest: 'e952d36b19805682',
    async holds(_, poll) {
      const [match] = (await poll()).opened.map(({ command }) => command.pipeline[1].$match);
      const uuid = { $binary: { base64: 'ABEiM0RVZneImaq7zN3u/w==', subType: '04' } };
      expect(BSON.EJSON.serialize(match, { relaxed: false })).toEqual({ a: uuid, b: uuid });
    },
  },
};

/** `starts`: the number of the token behind which each stream begins; `keys`: of the events that are published. */
function retried(digest: string, starts: readonly number[], keys: readonly number[]): Deviation {
  return {
    reason: RETRIED,
    digest,
    async holds(_, poll) {
      const { error, opened, ...result } = await poll();
      expect(error).toBeUndefined();
      const tokens = opened.map(({ command }) => command.pipeline[0].$changeStream.startAfter?._data);
      expect(tokens).toEqual(starts.map((number) => `8264A1B2C30000000${number}2B022C0100296E5A1004`));
      expect(keysOf(result)).toEqual(keys.map((key) => `{"_id": ${key}}`));
    },
  };
}

/** `streams`: how many are opened; after a refusal that may be about the token one is, without reading it, to tell. */
function final(digest: string, words: string, keys: readonly number[], streams = 1): Deviation {
  return {
    reason: FINAL,
    digest,
    async holds(_, poll) {
      const { error, opened, ...result } = await poll();
      expect(error).toMatchObject({ name: 'ConfigError', code: 'MONGODB_REFUSED' });
      expect(messageOf(error)).toContain(words);
      expect(opened).toHaveLength(streams);
      expect(keysOf(result)).toEqual(keys.map((key) => `{"_id": ${key}}`));
    },
  };
}

const keysOf = ({ batches }: Pick<PollResult, 'batches'>): readonly string[] =>
  batches.flatMap(({ records }) => records.map(({ key }) => Buffer.from(key as Uint8Array).toString('utf8')));
