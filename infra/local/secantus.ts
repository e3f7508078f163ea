import type { Run } from './processes.ts';
import { installPythonPackage } from './python-package.ts';
import type { LocalServiceOptions } from './service-options.ts';

export const SECANTUS_VERSION = '0.7.0b3';

/** The Python interpreter of a virtual environment that holds SecantusDB; makes it in the cache folder the first time. */
export const installSecantus = (run: Run, options: LocalServiceOptions): Promise<string> =>
  installPythonPackage(
    run,
    {
      title: 'SecantusDB',
      name: 'secantusdb',
      version: SECANTUS_VERSION,
      module: 'secantus',
      size: '150 MB',
      label: 'MongoDB',
      neededBy: 'the local MongoDB-wire database',
      instead: ', or put mongod on the PATH, or set MONGODB_URI to a replica set of your own',
    },
    options,
  );
