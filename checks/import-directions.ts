import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** A folder of the house and what it may import. The first room whose prefix matches a file is its room. */
type Room = { readonly room: string; readonly mayImport: readonly string[]; readonly packages?: RegExp };

const EVERYWHERE = ['functions/', 'infra/', 'cli/', 'bench/', 'docs/', 'test/', 'checks/'];
const CLOUD_OR_KAFKA = /^(@aws|@middy|kafkajs|aws-|@smithy)/;
const DATABASE_CLOUD_OR_KAFKA = /^(mongodb|bson|@aws|@middy|kafkajs|aws-|@smithy)/;

/** `docs/decisions` has the reasons; ARCHITECTURE.md draws the picture. `packages` are those a room must not import. */
export const rooms: readonly Room[] = [
  { room: 'functions/connect/', mayImport: ['functions/connect/'], packages: DATABASE_CLOUD_OR_KAFKA },
  {
    room: 'functions/connectors/mongodb/bson/',
    mayImport: ['functions/connect/', 'functions/connectors/mongodb/bson/'],
    packages: CLOUD_OR_KAFKA,
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
    mayImport: ['functions/connect/', 'functions/connectors/mongodb/client/'],
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
  { room: 'infra/', mayImport: ['functions/', 'infra/'] },
  { room: 'cli/', mayImport: ['functions/', 'infra/', 'cli/'], packages: /^kafkajs/ },
  { room: 'bench/', mayImport: ['functions/', 'infra/', 'bench/'] },
  { room: 'docs/', mayImport: EVERYWHERE },
  { room: 'test/', mayImport: EVERYWHERE },
  { room: 'checks/', mayImport: ['checks/'] },
];

// Also `import type`, re-exports and dynamic imports; the formatter guarantees single quotes.
const SPECIFIER = /(?:^\s*(?:import|export)\b[^;'"]*?|\bimport\(\s*|\bfrom\s+)'([^']+)'/gm;

/** Every import of `text` that the house does not allow, as sentences; `file` is relative to the project. */
export function forbiddenImports(file: string, text: string): string[] {
  const room = rooms.find((candidate) => file.startsWith(candidate.room));
  if (!room) return [];
  return [...text.matchAll(SPECIFIER)].flatMap(([, specifier = '']) => {
    if (!specifier.startsWith('.')) {
      return room.packages?.test(specifier) ? [`${file}: ${room.room} must not import the package '${specifier}'`] : [];
    }
    const target = normalize(join(dirname(file), specifier));
    const allowed =
      !EVERYWHERE.some((folder) => target.startsWith(folder)) ||
      room.mayImport.some((folder) => target.startsWith(folder));
    return allowed ? [] : [`${file}: ${room.room} must not import ${target} (allowed: ${room.mayImport.join(', ')})`];
  });
}

/** Checks the TypeScript files below `root`. */
export function checkTree(root: string): string[] {
  return EVERYWHERE.flatMap((folder) => globSync(`${folder}**/*.ts`, { cwd: root })).flatMap((file) =>
    forbiddenImports(file, readFileSync(join(root, file), 'utf8')),
  );
}

if (import.meta.main) {
  const found = checkTree(relative(process.cwd(), join(import.meta.dirname, '..')) || '.');
  for (const sentence of found) console.error(sentence);
  process.exitCode = found.length > 0 ? 1 : 0;
}
