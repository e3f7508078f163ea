import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type ServerError = { readonly type?: string; readonly code?: number; readonly message: string };
export type Batch = {
  readonly events?: readonly unknown[];
  readonly bson?: readonly string[];
  readonly token?: unknown;
  readonly closes?: boolean;
  readonly error?: ServerError;
};
export type Cursor = Batch & { readonly batches?: readonly Batch[] };

/** What exists: documents, or what their aggregation gives. */
export type Collection = {
  readonly bson?: readonly string[];
  readonly results?: readonly unknown[];
  readonly error?: ServerError;
};

export type ExpectedCopy = {
  readonly database: string;
  readonly collection: string;
  readonly pipeline: readonly unknown[];
  readonly allowDiskUse: boolean;
};
export type ExpectedRecord = {
  readonly topic: string;
  readonly keySchema: unknown;
  readonly key: string | null;
  readonly valueSchema: unknown;
  readonly value: string | null;
  readonly sourceOffset?: Readonly<Record<string, string>>;
};
export type Watched = {
  readonly target: { readonly database?: string; readonly collection?: string };
  readonly pipeline?: unknown;
  readonly options: Readonly<Record<string, unknown>>;
};
export type Thrown = { readonly class?: string; readonly message: string | null };
export type Expected = {
  readonly configErrors?: readonly { readonly property: string; readonly message: string }[];
  readonly throws?: readonly Thrown[];
  readonly sourcePartition?: string;
  readonly polls?: readonly (null | readonly ExpectedRecord[] | { readonly throws: readonly Thrown[] })[];
  /** In place of `polls` where they depend on timing. */
  readonly allRecords?: readonly ExpectedRecord[];
  readonly watches?: readonly Watched[];
  readonly copies?: readonly ExpectedCopy[];
  readonly topics?: readonly string[];
  readonly schema?: unknown;
  readonly client?: Readonly<Record<string, unknown>>;
  readonly resolved?: Readonly<Record<string, unknown>> & {
    readonly values: Readonly<Record<string, unknown>>;
    readonly startup: unknown;
  };
};

export type Case = {
  readonly name: string;
  readonly props: Readonly<Record<string, string>>;
  readonly op?: 'config' | 'topics' | 'schema' | 'client';
  readonly events?: readonly unknown[];
  readonly bson?: readonly string[];
  readonly batches?: readonly Batch[];
  readonly cursors?: readonly Cursor[];
  readonly namespaces?: readonly string[];
  readonly collections?: Readonly<Record<string, Readonly<Record<string, Collection>>>>;
  readonly storedOffset?: Readonly<Record<string, string>>;
  readonly storedPartition?: string;
  readonly polls?: number;
  readonly pauseMs?: number;
  readonly expected: Expected;
  /** A result that is better than the peer's, or a sentence that must hold. */
  readonly improved?: Expected | string;
};

/** All cases of a folder, each with the name of its file. */
export function readCases(folder: string): readonly { readonly file: string; readonly vector: Case }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) =>
      (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[]).map((vector) => ({ file, vector })),
    );
}

/** What has to come out: the peer's result, or the better one where the peer is wrong; a null there takes away. */
export function wantedOf({ expected, improved }: Case): Expected {
  if (typeof improved !== 'object') return expected;
  const members = Object.entries({ ...expected, ...improved }).filter(([, value]) => value !== null);
  return Object.fromEntries(members) as Expected;
}
