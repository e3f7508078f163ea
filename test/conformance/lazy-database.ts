import { startMongodb } from '../../infra/local/mongodb.ts';
import type { Run } from '../../infra/local/processes.ts';
import type { RealDatabase } from '../functions/connectors/mongodb/sink/conformance/database.ts';

/** The database of one machine, started for the first case that needs one. */
export function lazyDatabase(run: Run): RealDatabase {
  let starting: Promise<{ mongodbUri: string }> | undefined;
  const start = () => startMongodb(run, { report: (line) => process.stderr.write(`${line}\n`), env: process.env });
  return {
    async uri() {
      starting ??= start();
      return (await starting).mongodbUri;
    },
  };
}
