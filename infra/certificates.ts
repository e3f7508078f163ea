import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../functions/connect/errors.ts';

/**
 * Certificates of authorities that lie beside the connector files (`*.pem`). They are packed with every connector, where
 * `tlsCAFile=<name>` in `connection.uri` finds them: tasks and functions run in the folder of their code.
 */
export const certificatesIn = (connectorsFolder: string): string[] =>
  (existsSync(connectorsFolder) ? readdirSync(connectorsFolder) : [])
    .filter((name) => name.endsWith('.pem'))
    .sort()
    .map((name) => join(connectorsFolder, name));

/** A private key has no place in an image: whoever may pull it would have it. */
export const reviewCertificates = (connectorsFolder: string, shown: (path: string) => string): Problem[] =>
  certificatesIn(connectorsFolder)
    .filter((file) => readFileSync(file, 'utf8').includes('PRIVATE KEY'))
    .map((file) => ({
      property: shown(file),
      message: 'Expected certificates only, got a private key, which would be packed into images',
    }));
