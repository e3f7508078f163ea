import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../infra/local/ports.ts';
import type { Run } from '../../infra/local/processes.ts';
import { installPythonPackage } from '../../infra/local/python-package.ts';
import { lastWords, waitForPort } from '../../infra/local/readiness.ts';

export const MINISTACK_VERSION = '1.5.33';
const READY_TIMEOUT_MS = 60_000;

export type Ministack = {
  readonly endpoint: string;
  /** For the CDK command line and for clients: never the credentials of the person who runs the test. */
  readonly env: Readonly<Record<string, string>>;
};

/** Starts an AWS API on this machine that makes what CloudFormation asks of it, and runs functions with this Node.js. */
export async function startMinistack(
  run: Run,
  { account, region }: { readonly account: string; readonly region: string },
): Promise<Ministack> {
  const python = await installPythonPackage(
    run,
    {
      title: 'MiniStack',
      name: 'ministack',
      version: MINISTACK_VERSION,
      module: 'ministack',
      size: '90 MB',
      label: 'AWS',
      neededBy: 'the local AWS API of this test',
    },
    { report: (line) => process.stderr.write(`${line}\n`), env: process.env },
  );
  const port = await freePort();
  const server = run.start('ministack', python, ['-c', 'from ministack.app import main; main()'], {
    cwd: run.folder,
    env: {
      GATEWAY_PORT: String(port),
      // by default it would be open to the network
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      S3_DATA_DIR: `${run.folder}/s3`,
      TMPDIR: run.folder,
    },
  });
  await waitForPort(server, port, READY_TIMEOUT_MS);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilHealthy(endpoint, () => lastWords(server));
  return {
    endpoint,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    },
  };
}

/** It takes connections a moment before it answers. */
async function untilHealthy(endpoint: string, last: () => string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error(`MiniStack does not answer${last()}`);
    await sleep(100);
  }
}
