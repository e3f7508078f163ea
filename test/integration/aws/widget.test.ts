import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { queueOf } from '../../../functions/widget/queue.ts';
import { readLetters } from '../../../functions/widget/read-letters.ts';
import { bundleFunction } from '../../../infra/bundle.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../infra/local/aws-environment.ts';
import { openLocalEnvironment, sinkLetter, sourceLetter } from '../cli/local-environment.ts';

test.concurrent('looks at a short queue without hiding anything, however often', async () => {
  await using local = await openLocalEnvironment();
  for (let offset = 0; offset < 4; offset += 1) await local.send(sinkLetter(offset));
  const queue = queueOf(local.deadLetterQueueUrl, local.sqs);
  for (let time = 0; time < 3; time += 1) {
    expect((await readLetters(queue)).messages).toHaveLength(4);
    // a redrive that begins now passes none over
    expect((await local.run('dead-letters', 'list')).out).toContain('4 dead letters');
  }
});

test.concurrent('looks at more of a long queue than one receipt holds, and all of it is visible again soon', async () => {
  await using local = await openLocalEnvironment();
  for (let offset = 0; offset < 25; offset += 1) await local.send(sinkLetter(offset));
  const { messages, waiting } = await readLetters(queueOf(local.deadLetterQueueUrl, local.sqs));
  expect(messages).toHaveLength(25);
  expect(waiting).toBe(25);
  const listed = async () => (await local.run('dead-letters', 'list')).out.at(-1);
  await expect.poll(listed, { timeout: 15_000 }).toBe('25 dead letters');
});

test.concurrent('the bundled function tells of letters in the queue and in the bucket, and needs its environment only', async () => {
  await using local = await openLocalEnvironment();
  const ids = [
    await local.send(sinkLetter(1042)),
    await local.send(sourceLetter()),
    (await local.sendLarge(sinkLetter(7), 1_200_000)).id,
  ];
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-widget-'));
  try {
    const file = await bundleFunction('widget', folder);
    const script = `import { handler } from '${file}'; console.log(JSON.stringify(await handler({ widgetContext: {} })));`;
    // not synchronously: the queue's server is in this process
    const { stdout } = await promisify(execFile)('node', ['--input-type=module', '-e', script], {
      env: {
        PATH: process.env.PATH,
        AWS_REGION: LOCAL_REGION,
        AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
        AWS_ENDPOINT_URL_SQS: local.sqsEndpoint,
        TAILRACE_ENVIRONMENT: 'local',
        TAILRACE_DEAD_LETTER_QUEUE_URL: local.deadLetterQueueUrl,
        TAILRACE_REPLAY_QUEUE: 'tailrace-local-replay',
      },
    });
    const page = JSON.parse(stdout) as string;
    expect(page).toContain('<b>3 dead letters wait</b>');
    for (const id of ids) expect(page).toContain(id.slice(0, 8));
    for (const position of ['orders-3@1042', 'orders-3@7', 'shop.orders']) expect(page).toContain(position);
    expect(page).not.toContain('content-');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
