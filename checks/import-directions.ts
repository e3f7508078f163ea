import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** A folder of the house and what it may import. The first room whose prefix matches a file is its room. */
type Room = { readonly room: string; readonly mayImport: readonly string[]; readonly packages?: RegExp };

const EVERYWHERE = ['functions/', 'infra/', 'cli/', 'bench/', 'docs/', 'test/', 'checks/'];
const CLOUD_OR_KAFKA = /^(@aws|@middy|kafkajs|aws-|@smithy)/;
const INPUT_OR_OUTPUT = /^(?:node:)?(?:fs|net|tls|http|https|http2|dns|dgram|child_process|worker_threads)(?:\/|$)/;
const PURE = anyOf(/^(mongodb|bson)/, CLOUD_OR_KAFKA, INPUT_OR_OUTPUT);

/** `docs/decisions` has the reasons; ARCHITECTURE.md draws the picture. `packages` are those a room must not import. */
export const rooms: readonly Room[] = [
  { room: 'functions/connect/', mayImport: ['functions/connect/'], packages: PURE },
  {
    room: 'functions/connectors/mongodb/bson/',
    mayImport: ['functions/connect/', 'functions/connectors/mongodb/bson/'],
    packages: anyOf(CLOUD_OR_KAFKA, INPUT_OR_OUTPUT),
  },
  {
    room: 'functions/connectors/mongodb/source/',
    mayImport: [
      'functions/connect/',
      'functions/connectors/mongodb/bson/',
      'functions/connectors/mongodb/source/',
      'functions/connectors/mongodb/client/',
    ],
    packages: CLOUD_OR_KAFKA,
  },
  {
    room: 'functions/connectors/mongodb/sink/',
    mayImport: [
      'functions/connect/',
      'functions/connectors/mongodb/bson/',
      'functions/connectors/mongodb/sink/',
      'functions/connectors/mongodb/client/',
    ],
    packages: CLOUD_OR_KAFKA,
  },
  {
    room: 'functions/connectors/mongodb/client/',
    mayImport: ['functions/connect/', 'functions/connectors/mongodb/bson/', 'functions/connectors/mongodb/client/'],
    packages: CLOUD_OR_KAFKA,
  },
  {
    room: 'functions/connectors/',
    mayImport: ['functions/connect/', 'functions/connectors/'],
    packages: CLOUD_OR_KAFKA,
  },
  { room: 'functions/aws/kafka/', mayImport: ['functions/connect/', 'functions/aws/'], packages: /^mongodb$/ },
  { room: 'functions/aws/', mayImport: ['functions/connect/', 'functions/aws/'], packages: /^(mongodb|kafkajs)/ },
  {
    room: 'functions/source/',
    mayImport: ['functions/connect/', 'functions/connectors/', 'functions/aws/', 'functions/source/'],
    packages: /^kafkajs/,
  },
  {
    room: 'functions/sink/',
    mayImport: ['functions/connect/', 'functions/connectors/', 'functions/aws/', 'functions/sink/'],
    packages: /^kafkajs/,
  },
  {
    room: 'functions/replay/',
    mayImport: ['functions/connect/', 'functions/connectors/', 'functions/aws/', 'functions/replay/'],
    packages: /^kafkajs/,
  },
  {
    room: 'functions/widget/',
    mayImport: ['functions/connect/', 'functions/aws/', 'functions/widget/'],
    packages: /^(mongodb|kafkajs)/,
  },
  {
    room: 'functions/topics/',
    mayImport: ['functions/connect/', 'functions/aws/', 'functions/topics/'],
    packages: /^(mongodb|kafkajs)/,
  },
  { room: 'infra/local/', mayImport: ['functions/', 'infra/'] },
  { room: 'infra/', mayImport: ['functions/', 'infra/'], packages: /^kafkajs/ },
  { room: 'cli/', mayImport: ['functions/', 'infra/', 'cli/'], packages: /^kafkajs/ },
  { room: 'bench/', mayImport: ['functions/', 'infra/', 'bench/'] },
  { room: 'docs/', mayImport: EVERYWHERE },
  { room: 'test/', mayImport: EVERYWHERE },
  { room: 'checks/', mayImport: ['checks/'] },
];

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'));
}

/** A quoted specifier, after blanks or a comment. */
const QUOTED = /\s*(?:\/\*.*?\*\/\s*)?(['"`])([^'"`\n]*)\1/.source;
/** `… from 'x'` of imports and re-exports, type-only and multi-line ones too; `import 'x'`; `import('x')`; `require('x')`. */
const SPECIFIERS = [
  `\\bfrom${QUOTED}`,
  `(?:^|[;}])\\s*import${QUOTED}`,
  `\\bimport\\s*\\(${QUOTED}`,
  `\\b(?:require|import\\.meta)(?:\\.resolve)?\\s*\\(${QUOTED}`,
].map((pattern) => new RegExp(pattern, 'gm'));
/** `import(name)`: nobody can say what it imports; `import()` in a sentence is none. */
const COMPUTED = /\bimport\s*\(\s*(?:[^\s'"`)/]|`[^`]*\$\{)/;

/** Modules that an operator packs with a connector: what they import is theirs. */
const LOADS_MODULES = 'functions/sink/load-module.ts';

/** Every import of `text` that the house does not allow, as sentences; `file` is relative to the project. */
export function forbiddenImports(file: string, text: string): string[] {
  const room = rooms.find((candidate) => file.startsWith(candidate.room));
  if (!room) return [`${file}: belongs to no room of the house (${rooms.map(({ room }) => room).join(', ')})`];
  const found = specifiersOf(text).flatMap((specifier) => refuse(specifier, file, room) ?? []);
  if (COMPUTED.test(text) && file.startsWith('functions/') && file !== LOADS_MODULES) {
    found.push(`${file}: Expected import() of a literal, got an expression that can't be checked`);
  }
  return found;
}

const specifiersOf = (text: string): string[] => [
  ...new Set(SPECIFIERS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, , specifier = '']) => specifier))),
];

function refuse(specifier: string, file: string, { room, mayImport, packages }: Room): string | undefined {
  if (/^(?:\/|file:)/.test(specifier)) return `${file}: Expected a relative path or a package, got '${specifier}'`;
  if (!specifier.startsWith('.')) {
    return packages?.test(specifier) ? `${file}: ${room} must not import the package '${specifier}'` : undefined;
  }
  const target = normalize(join(dirname(file), specifier));
  const isAllowed =
    !EVERYWHERE.some((folder) => `${target}/`.startsWith(folder)) ||
    mayImport.some((folder) => `${target}/`.startsWith(folder));
  return isAllowed ? undefined : `${file}: ${room} must not import ${target} (allowed: ${mayImport.join(', ')})`;
}

/** Checks the code below `root`. */
export function checkTree(root: string): string[] {
  return EVERYWHERE.flatMap((folder) => globSync(`${folder}**/*.{ts,mts,js,mjs}`, { cwd: root, exclude: isOutput }))
    .sort()
    .flatMap((file) => forbiddenImports(file, readFileSync(join(root, file), 'utf8')));
}

const isOutput = (path: string): boolean => /(?:^|\/)(?:node_modules|dist|cdk\.out)$/.test(path);

if (import.meta.main) {
  const found = checkTree(relative(process.cwd(), join(import.meta.dirname, '..')) || '.');
  for (const sentence of found) console.error(sentence);
  process.exitCode = found.length > 0 ? 1 : 0;
}
