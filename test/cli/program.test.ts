import { describe, expect, test } from 'vitest';
import { commandLine, openFolder } from './command-line.ts';

describe('help', () => {
  test.each([
    ['the command', ['--help'], ['validate', 'status', 'dead-letters', 'Examples:', 'Exit codes']],
    ['validate', ['validate', '--help'], ['<files...>', 'Examples:']],
    ['status', ['status', '--help'], ['--env <name>', 'Examples:']],
    ['dead letters', ['dead-letters', '--help'], ['list', 'show', 'redrive', 'Examples:']],
    ['list', ['dead-letters', 'list', '--help'], ['--connector <name>', '--limit <count>', 'Examples:']],
    ['show', ['dead-letters', 'show', '--help'], ['<id>', 'Example:']],
    ['redrive', ['dead-letters', 'redrive', '--help'], ['--all', '[ids...]', 'Examples:']],
    ['environments', ['env', '--help'], ['new']],
    ['new environments', ['env', 'new', '--help'], ['<name>', '--from <env>', 'Examples:']],
  ])('of %s says what there is, with examples', async (_, args, expected) => {
    using folder = openFolder();
    const { exitCode, out, err } = await commandLine(folder, args);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: [] });
    for (const text of expected) expect(out.join('\n')).toContain(text);
  });

  test('--version is that of the package', async () => {
    using folder = openFolder();
    expect(await commandLine(folder, ['--version'])).toEqual({ exitCode: 0, out: ['1.2.3'], err: [] });
  });
});

describe('a wrong command line is one sentence and exit code 2', () => {
  test.each([
    ['an unknown command', ['statsu'], "Error: Unknown command 'statsu'"],
    ['an unknown command of a group', ['dead-letters', 'drop'], "Error: Unknown command 'drop'"],
    ['an unknown option', ['status', '--enviroment', 'dev'], "Error: Unknown option '--enviroment'"],
    ['nothing to validate', ['validate'], "Error: Missing required argument 'files'"],
    ['an argument too many', ['status', 'dev'], "Error: Too many arguments for 'status'"],
    ['an impossible limit', ['dead-letters', 'list', '--limit', '0'], 'Expected a whole number from 1'],
    ['an unknown environment', ['status', '--env', 'porduction'], 'Error: Unknown environment "porduction"'],
    ['nothing to redrive', ['dead-letters', 'redrive'], 'Error: Expected ids of dead letters, --connector'],
    ['ids and all', ['dead-letters', 'redrive', 'abcd', '--all'], 'Error: Expected ids, or --all, or --connector'],
    ['a path in place of an id', ['dead-letters', 'show', '../x'], 'Error: Expected at least 4 characters of an id'],
    [
      'an id too short to name one',
      ['dead-letters', 'redrive', 'ab'],
      'Error: Expected at least 4 characters of an id',
    ],
  ])('%s', async (_, args, sentence) => {
    using folder = openFolder();
    const { exitCode, out, err } = await commandLine(folder, args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: [] });
    expect(err[0]).toContain(sentence);
    expect(err.join('\n')).not.toMatch(/\n\s+at /);
  });

  test('a misspelt command names the nearest one', async () => {
    using folder = openFolder();
    expect((await commandLine(folder, ['statsu'])).err.join(' ')).toContain('Did you mean status?');
  });

  test('an unknown environment names those that there are', async () => {
    using folder = openFolder();
    folder.write('infra/environments/dev/environment.json', {});
    folder.write('infra/environments/prod/environment.json', {});
    const { err } = await commandLine(folder, ['dead-letters', 'list', '--env', 'test']);
    expect(err).toEqual(['Error: Unknown environment "test", expected one of local, dev, prod']);
  });
});

describe('the environment of this machine', () => {
  const addresses = {
    pid: 4711,
    region: 'us-east-1',
    table: 'tailrace-local',
    dynamodbEndpoint: 'http://127.0.0.1:1',
    sqsEndpoint: 'http://127.0.0.1:1',
    deadLetterQueueUrl: 'http://127.0.0.1:1/000000000000/tailrace-local-dead-letters',
    replayQueueUrl: 'http://127.0.0.1:1/000000000000/tailrace-local-replay',
  };

  test.each([['status'], ['dead-letters list'], ['dead-letters show abcd'], ['dead-letters redrive --all']])(
    '%s says how to start it where nothing runs',
    async (line) => {
      using folder = openFolder();
      expect(await commandLine(folder, line.split(' '))).toEqual({
        exitCode: 1,
        out: [],
        err: ['Error: Nothing runs on this machine: start it with "npm start" or "npm run demo -- --keep"'],
      });
    },
  );

  test('what a killed launcher left behind counts as nothing', async () => {
    using folder = openFolder();
    folder.write('.tailrace/local.json', addresses);
    const asked: number[] = [];
    const isRunning = (pid: number) => asked.push(pid) < 0;
    const { exitCode, err } = await commandLine(folder, ['status'], { isRunning });
    expect(exitCode).toBe(1);
    expect(err[0]).toMatch(/^Error: Nothing runs on this machine, .*local\.json is left from a process that ended/);
    expect(asked).toEqual([4711]);
  });

  test.each([
    ['no JSON', '{', /Can't read .*local\.json/],
    ['another JSON', '[]', /Expected the text "region" in .*local\.json, got undefined/],
    ['null', 'null', /Expected a JSON object in .*local\.json/],
  ])('a file of addresses that is %s is a sentence', async (_, text, sentence) => {
    using folder = openFolder();
    folder.write('.tailrace/local.json', text);
    const { exitCode, err } = await commandLine(folder, ['status']);
    expect(exitCode).toBe(1);
    expect(err.join('\n')).toMatch(sentence);
  });

  test('a service that does not answer is a sentence with its address', async () => {
    using folder = openFolder();
    folder.write('.tailrace/local.json', addresses);
    const { exitCode, err } = await commandLine(folder, ['dead-letters', 'list']);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: ['Error: Nothing answers at 127.0.0.1:1'] });
  });
});
