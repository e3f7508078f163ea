import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Kind = 'string' | 'stringHex' | 'bson' | 'bytes' | 'int' | 'long' | 'double' | 'bool' | string;

export type CaseRecord = {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestamp?: number;
  readonly timestampType?: 'CREATE_TIME' | 'LOG_APPEND_TIME' | 'NO_TIMESTAMP_TYPE';
  readonly key?: string;
  readonly keyKind?: Kind;
  readonly value?: string;
  readonly valueKind?: Kind;
};

type ConcernError = {
  readonly withId: readonly unknown[];
  readonly code: number;
  readonly codeName: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

export type ServerScript = {
  readonly rejects?: readonly {
    readonly id: unknown;
    readonly code: number;
    readonly message: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
  readonly writeConcernError?: ConcernError | readonly ConcernError[];
  readonly commandError?: {
    readonly withId: readonly unknown[];
    readonly code: number;
    readonly codeName: string;
    readonly message: string;
  };
  readonly disconnect?: { readonly withId: readonly unknown[] };
  readonly collections?: Readonly<
    Record<
      string,
      {
        readonly indexes?: number;
        readonly timeseries?: boolean;
        readonly timeseriesAfterCreate?: boolean;
        readonly code?: number;
        readonly message?: string;
      }
    >
  >;
  readonly create?: Failure;
};

export type Failure = { readonly code: number; readonly codeName?: string; readonly message: string };

export type Created = { readonly namespace: string; readonly options: unknown };

export type Model = Readonly<Record<string, unknown>> & { readonly op: string };
export type ExpectedBatch = {
  readonly namespace: string;
  readonly ordered?: boolean;
  readonly models: readonly Model[];
  readonly pausedAfter?: boolean;
};

export type DeadLetter = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly class: unknown;
  readonly message: unknown;
};

export type Expected = {
  readonly configErrors?: readonly { readonly property: string; readonly message: unknown }[];
  readonly validateThrows?: unknown;
  readonly throws?: { readonly stage?: 'start' | 'put'; readonly retriable?: boolean; readonly message?: unknown };
  readonly created?: readonly Created[];
  /** Records that the converter refused. */
  readonly converterErrors?: readonly {
    readonly record: number;
    readonly side: 'key' | 'value';
    readonly class: string;
  }[];
  readonly batches?: readonly ExpectedBatch[];
  readonly deadLetters?: readonly DeadLetter[];
  readonly written?: readonly { readonly namespace: string; readonly op: string; readonly target: unknown }[];
  readonly effect?: readonly {
    readonly namespace: string;
    readonly before: readonly unknown[];
    readonly after: readonly unknown[];
  }[];
};

export type Case = {
  readonly name: string;
  readonly props: Readonly<Record<string, string>>;
  readonly records?: readonly CaseRecord[];
  readonly server?: ServerScript;
  /** The order of fields does not matter: Java's hash maps have none. */
  readonly unordered?: boolean;
  readonly mode?: 'validate' | 'connect';
  readonly expected: Expected;
  /** What a correct implementation gives where the peer is wrong. */
  readonly improved?: Expected;
};

export const FOLDER = join(import.meta.dirname, '../../../../../conformance/sink');

/** All cases of a folder by the name of their file. */
export const readCases = (folder: string): ReadonlyMap<string, readonly Case[]> =>
  new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[]]),
  );
