import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCKERFILE = join(import.meta.dirname, '../../functions/source/Dockerfile');

/** The options of Node.js that the image of a source task has, so that a task on one machine runs as it does there. */
export function sourceNodeOptions(dockerfile = readFileSync(DOCKERFILE, 'utf8')): readonly string[] {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  return (JSON.parse(command) as string[]).filter((word) => word.startsWith('--'));
}
