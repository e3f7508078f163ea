import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../cli/command-line.ts';
import { openLocalEnvironment, sinkLetter, sourceLetter } from './local-environment.ts';

describe.concurrent('list', () => {
  test('shows the facts of each, oldest first, and no content', async () => {
    await using local = await openLocalEnvironment();
    const second = await local.send(sinkLetter(1042));
    const first = await local.send(sinkLetter(7));
    const third = await local.send(sourceLetter());
    const { exitCode, out, err } = await local.run('dead-letters', 'list');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: [] });
    expect(out.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'ID | FAILED AT | CONNECTOR | RECORD | CODE | ERROR',
      `${first.slice(0, 8)} | 2026-11-24 11:00:07Z | orders-sink | orders-3@7 | WRITE_REJECTED | MongoDB refused orders-3@7`,
      `${second.slice(0, 8)} | 2026-11-24 11:00:22Z | orders-sink | orders-3@1042 | WRITE_REJECTED | MongoDB refused orders-3@1042`,
      `${third.slice(0, 8)} | 2026-11-24 11:30:00Z | orders | shop.orders | RECORD_TOO_LARGE | Too large`,
      '',
      '3 dead letters',
    ]);
    expect(out.join('\n')).not.toContain('content-');
  });

  test('leaves all of them in the queue, visible at once', async () => {
    await using local = await openLocalEnvironment();
    for (let offset = 0; offset < 25; offset += 1) await local.send(sinkLetter(offset));
    for (let time = 0; time < 2; time += 1) {
      const { out } = await local.run('dead-letters', 'list');
      expect(out.at(-1)).toBe('25 dead letters');
      expect(await local.deadLetters()).toEqual({ visible: 25, hidden: 0 });
    }
  });

  test('shows those of one connector', async () => {
    await using local = await openLocalEnvironment();
    await local.send(sinkLetter(1));
    await local.send(sinkLetter(2, 'other-sink'));
    const { out } = await local.run('dead-letters', 'list', '--connector', 'other-sink');
    expect(out.at(-1)).toBe('1 dead letter of other-sink');
    expect(out[1]).toContain('orders-3@2');
  });

  test('says when there are more than it shows', async () => {
    await using local = await openLocalEnvironment();
    for (let offset = 0; offset < 12; offset += 1) await local.send(sinkLetter(offset));
    const { out } = await local.run('dead-letters', 'list', '--limit', '5');
    expect(out.slice(-2)).toEqual(['5 dead letters', 'There are more, about 12 in all: see them with --limit 12']);
    expect(await local.deadLetters()).toEqual({ visible: 12, hidden: 0 });
  });

  test('says how many somebody else is reading', async () => {
    await using local = await openLocalEnvironment();
    await local.send(sinkLetter(1));
    await local.sqs.send(new ReceiveMessageCommand({ QueueUrl: local.deadLetterQueueUrl, VisibilityTimeout: 60 }));
    const { out } = await local.run('dead-letters', 'list');
    expect(out).toEqual(['0 dead letters', '1 more are being read or sent again just now, so they are not shown']);
  });

  test('shows a message that is no dead letter as what it is', async () => {
    await using local = await openLocalEnvironment();
    const id = await local.send('hello\u2028there');
    const { exitCode, out } = await local.run('dead-letters', 'list');
    expect(exitCode).toBe(0);
    expect(out[1]).toMatch(new RegExp(`^${id.slice(0, 8)} `));
    expect(out.at(-1)).toBe('1 dead letter');
  });
});

describe.concurrent('show', () => {
  test('prints attributes and the body with the record, readable', async () => {
    await using local = await openLocalEnvironment();
    await local.send(sinkLetter(1));
    const id = await local.send(sinkLetter(2), { connector: 'orders-sink', errorCode: 'WRITE_REJECTED' });
    const { exitCode, out } = await local.run('dead-letters', 'show', id.slice(0, 8));
    expect(exitCode).toBe(0);
    expect(out[0]).toBe(`ID: ${id}`);
    expect(out).toContain('  errorCode: WRITE_REJECTED');
    expect(JSON.parse(out.slice(out.indexOf('Body:') + 1).join('\n'))).toEqual(sinkLetter(2));
    expect(out.length).toBeGreaterThan(20);
    expect(await local.deadLetters()).toEqual({ visible: 2, hidden: 0 });
  });

  test('prints the whole of a dead letter that is too large for the queue, from the bucket', async () => {
    await using local = await openLocalEnvironment();
    const { id, whole } = await local.sendLarge(sinkLetter(2), 2_000_000);
    const { exitCode, out } = await local.run('dead-letters', 'show', id);
    expect(exitCode).toBe(0);
    const [facts, text] = out
      .join('\n')
      .split(/\nBody:\n|\nWhole dead letter, s3:.*:\n/)
      .slice(1);
    expect(JSON.parse(facts!)).toMatchObject({ connector: 'orders-sink', $claimCheck: { bytes: whole.length } });
    expect(JSON.parse(text!)).toEqual(JSON.parse(whole));
  });

  test('says so where the object of a dead letter is gone', async () => {
    await using local = await openLocalEnvironment();
    const $claimCheck = { bucket: local.claimCheckBucket, key: 'gone', bytes: 1, sha256: 'a'.repeat(64) };
    const id = await local.send({ ...sinkLetter(2), $claimCheck });
    const { exitCode, err } = await local.run('dead-letters', 'show', id);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: [`Error: Expected an object ${local.claimCheckBucket}/gone, got nothing`],
    });
  });

  test('an id that nobody has is a sentence', async () => {
    await using local = await openLocalEnvironment();
    const { exitCode, err } = await local.run('dead-letters', 'show', '00000000');
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: ['Error: No dead letter has the id 00000000, or somebody else is reading it just now'],
    });
  });
});

describe.concurrent('redrive', () => {
  test('moves the named ones to the replay queue, body and attributes as they were', async () => {
    await using local = await openLocalEnvironment();
    const id = await local.send(sinkLetter(1), { connector: 'orders-sink' });
    await local.send(sinkLetter(2));
    const { exitCode, out } = await local.run('dead-letters', 'redrive', id);
    expect({ exitCode, first: out[0] }).toEqual({ exitCode: 0, first: 'Sent 1 dead letter to the replay queue' });
    const [message, ...others] = await local.replaying();
    expect(others).toEqual([]);
    expect(JSON.parse(message?.Body ?? '')).toEqual(sinkLetter(1));
    expect(message?.MessageAttributes?.connector).toMatchObject({ DataType: 'String', StringValue: 'orders-sink' });
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('moves all of sinks, and leaves those of sources and what it cannot read, visible', async () => {
    await using local = await openLocalEnvironment();
    for (let offset = 0; offset < 23; offset += 1) await local.send(sinkLetter(offset));
    await local.send(sourceLetter());
    await local.send('hello');
    const { exitCode, out } = await local.run('dead-letters', 'redrive', '--all');
    expect(exitCode).toBe(0);
    expect(out).toEqual([
      'Sent 23 dead letters to the replay queue',
      'What fails again comes back to the dead letter queue, with one attempt more',
      'Left 1 dead letter of sources: only those of sinks can be sent again',
      "Left 1 that can't be read as dead letters",
    ]);
    expect(await local.deadLetters()).toEqual({ visible: 2, hidden: 0 });
  });

  test('moves those of one connector', async () => {
    await using local = await openLocalEnvironment();
    await local.send(sinkLetter(1));
    await local.send(sinkLetter(2, 'other-sink'));
    await local.run('dead-letters', 'redrive', '--connector', 'other-sink');
    expect((await local.replaying()).map(({ Body = '' }) => JSON.parse(Body).connector)).toEqual(['other-sink']);
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('sends a record once, also if it fails again while the command runs', async () => {
    await using local = await openLocalEnvironment();
    for (let time = 0; time < 3; time += 1) await local.send(sinkLetter(1));
    const { out } = await local.run('dead-letters', 'redrive', '--all');
    expect(out).toContain('Sent 1 dead letter to the replay queue');
    expect(out).toContain('Left 2 dead letters of records that were just sent');
    expect(await local.deadLetters()).toEqual({ visible: 2, hidden: 0 });
  });

  test('a named one of a source is left, and that is a failure', async () => {
    await using local = await openLocalEnvironment();
    const id = await local.send(sourceLetter());
    const { exitCode, out } = await local.run('dead-letters', 'redrive', id);
    expect(exitCode).toBe(1);
    expect(out.join('\n')).toContain('Left 1 dead letter of sources');
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('moves one that is kept in the bucket, and leaves one of a source', async () => {
    await using local = await openLocalEnvironment();
    await local.sendLarge(sinkLetter(2), 2_000_000);
    await local.sendLarge(sourceLetter(), 2_000_000);
    expect((await local.run('dead-letters', 'list')).out.slice(1, 3).join()).toMatch(/orders-3@2 .* shop\.orders /);
    const { exitCode, out } = await local.run('dead-letters', 'redrive', '--all');
    expect({ exitCode, out }).toMatchObject({
      exitCode: 0,
      out: expect.arrayContaining(['Left 1 dead letter of sources: only those of sinks can be sent again']),
    });
    expect(await local.replaying()).toHaveLength(1);
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('keeps the dead letter where the replay queue does not take it', async () => {
    await using local = await openLocalEnvironment();
    const id = await local.send(sinkLetter(1));
    local.publish({ replayQueueUrl: `${local.replayQueueUrl}-gone` });
    const { exitCode, out } = await local.run('dead-letters', 'redrive', '--all');
    expect(exitCode).toBe(1);
    expect(out[0]).toMatch(new RegExp(`^${id.slice(0, 8)} was not sent, it stays in the dead letter queue: The queue`));
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });

  test('an id that nobody has is said, and the others are sent', async () => {
    await using local = await openLocalEnvironment();
    const id = await local.send(sinkLetter(1));
    const { exitCode, out } = await local.run('dead-letters', 'redrive', id, '00000000');
    expect(exitCode).toBe(1);
    expect(out).toContain('Sent 1 dead letter to the replay queue');
    expect(out).toContain('No dead letter has the id 00000000, or somebody else is reading it just now');
  });
});

describe.concurrent('Ctrl-C', () => {
  test('gives back what was read', async () => {
    await using local = await openLocalEnvironment();
    for (let offset = 0; offset < 30; offset += 1) await local.send(sinkLetter(offset));
    const interrupt = new AbortController();
    // the time is asked for at the start, and after each ten
    let asked = 0;
    const now = () => {
      asked += 1;
      if (asked === 2) interrupt.abort();
      return 0;
    };
    const { exitCode, out } = await commandLine(local.folder, ['dead-letters', 'redrive', '--all'], {
      now,
      signal: interrupt.signal,
    });
    expect(exitCode).toBe(130);
    expect(out).toContain('Sent 10 dead letters to the replay queue');
    expect(out.at(-1)).toBe('Interrupted: the others stay in the dead letter queue');
    expect(await local.deadLetters()).toEqual({ visible: 20, hidden: 0 });
  });

  test('ends a list without a sentence', async () => {
    await using local = await openLocalEnvironment();
    await local.send(sinkLetter(1));
    const ended = await commandLine(local.folder, ['dead-letters', 'list'], { signal: AbortSignal.abort() });
    expect(ended).toEqual({ exitCode: 130, out: [], err: [] });
    expect(await local.deadLetters()).toEqual({ visible: 1, hidden: 0 });
  });
});
