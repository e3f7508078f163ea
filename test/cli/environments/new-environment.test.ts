import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentsFolder, loadEnvironment } from '../../../infra/environment.ts';
import { commandLine, type Folder, openFolder } from '../command-line.ts';

/** A project with the environments of this one. */
function openProject(): Folder {
  const folder = openFolder();
  cpSync(environmentsFolder, join(folder.path, 'infra/environments'), { recursive: true });
  return folder;
}

const settingsOf = ({ path }: Folder, name: string) =>
  JSON.parse(readFileSync(join(path, 'infra/environments', name, 'environment.json'), 'utf8'));

describe('tailrace env new', () => {
  test('makes an environment that can be synthesised as it is, and says what to edit', async () => {
    using folder = openProject();
    const { err, exitCode, out } = await commandLine(folder, ['env', 'new', 'qa']);
    expect({ err, exitCode }).toEqual({ err: [], exitCode: 0 });
    const { settings, sinks, sources, warnings } = loadEnvironment('qa', join(folder.path, 'infra/environments'));
    expect(warnings).toEqual([]);
    expect([...sources, ...sinks].map(({ name }) => name)).toEqual(['orders-source', 'orders-sink']);
    expect(settings.tags).toEqual({ service: 'tailrace', stage: 'qa' });
    const text = out.join('\n');
    for (const part of [
      'is made from dev',
      'good, environment qa',
      'Edit next:',
      'tailrace validate',
      'cdk diff -c env=qa',
    ]) {
      expect(text).toContain(part);
    }
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as it stands in files
    expect(text).toContain('${secretsmanager:tailrace/qa/mongodb:uri}');
  });

  test('names the secrets after the environment, and points editors at the schemas', async () => {
    using folder = openProject();
    await commandLine(folder, ['env', 'new', 'qa', '--from', 'prod']);
    const made = join(folder.path, 'infra/environments/qa');
    for (const file of ['orders-source.json', 'orders-sink.json']) {
      const text = readFileSync(join(made, 'connectors', file), 'utf8');
      expect(text).toContain('tailrace/qa/mongodb:uri');
      expect(text).not.toContain('tailrace/prod/');
      expect(JSON.parse(text).$schema).toBe('../../../../docs/connector.schema.json');
    }
    expect(settingsOf(folder, 'qa')).toMatchObject({
      $schema: '../../../docs/environment.schema.json',
      kafka: { kind: 'express', instanceType: 'express.m7g.xlarge' },
      deletionProtection: true,
    });
  });

  test('gives a VPC addresses that no other environment has', async () => {
    using folder = openProject();
    for (const name of ['one', 'two']) await commandLine(folder, ['env', 'new', name]);
    const cidrs = ['dev', 'staging', 'prod', 'one', 'two'].map((name) => settingsOf(folder, name).network.cidr);
    expect(new Set(cidrs).size).toBe(5);
  });

  test('takes over a VPC that is imported, but not the account', async () => {
    using folder = openProject();
    const { network: _, ...settings } = settingsOf(folder, 'dev');
    const network = { kind: 'imported', vpcId: 'vpc-0123456789abcdef0' };
    folder.write('infra/environments/dev/environment.json', { ...settings, account: '111122223333', network });
    await commandLine(folder, ['env', 'new', 'qa']);
    expect(settingsOf(folder, 'qa').network).toEqual(network);
    expect(settingsOf(folder, 'qa')).not.toHaveProperty('account');
  });

  test('copies modules that lie beside connectors, as they are', async () => {
    using folder = openProject();
    const module = 'export const createTransformer = () => (_name, value) => value; // tailrace/dev/\n';
    folder.write('infra/environments/dev/connectors/com.acme.A.mjs', module);
    await commandLine(folder, ['env', 'new', 'qa']);
    const copied = join(folder.path, 'infra/environments/qa/connectors/com.acme.A.mjs');
    expect(readFileSync(copied, 'utf8')).toBe(module);
  });

  test('tells what is wrong with the copy of files that were wrong', async () => {
    using folder = openProject();
    folder.write('infra/environments/dev/environment.json', { topics: [], nettwork: {} });
    const { exitCode, out } = await commandLine(folder, ['env', 'new', 'qa']);
    expect(exitCode).toBe(2);
    expect(out.join('\n')).toMatch(/qa\/environment\.json: nettwork: Unknown property/);
  });

  test.each([
    ['a name that exists', ['prod'], 'There is an environment prod already (infra/environments/prod)'],
    ['local', ['local'], 'There is an environment local already'],
    ['a name with capitals', ['QA'], 'Expected the name of an environment to be 1 to 16 lower case letters'],
    ['a path', ['../qa'], 'Expected the name of an environment to be 1 to 16 lower case letters'],
    ['a name too long for resources', ['a'.repeat(17)], 'Expected the name of an environment'],
    [
      'an unknown origin',
      ['qa', '--from', 'porduction'],
      'Unknown environment "porduction", expected one of dev, prod, staging',
    ],
    ['local as origin', ['qa', '--from', 'local'], 'Environment local runs on one machine'],
  ])('refuses %s, and makes nothing', async (_, args, sentence) => {
    using folder = openProject();
    const before = readdirSync(join(folder.path, 'infra/environments'));
    const { err, exitCode } = await commandLine(folder, ['env', 'new', ...args]);
    expect(exitCode).toBe(2);
    expect(err[0]).toContain(`Error: ${sentence}`);
    expect(readdirSync(join(folder.path, 'infra/environments'))).toEqual(before);
  });
});

test.each(['dev', 'staging', 'prod', 'local'])('every file of %s points editors at a schema that is there', (name) => {
  const folder = join(environmentsFolder, name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    const path = join(folder, file);
    const { $schema } = JSON.parse(readFileSync(path, 'utf8')) as { $schema: string };
    const schema = join(path, '..', $schema);
    expect(schema).toMatch(file === 'environment.json' ? /environment\.schema\.json$/ : /connector\.schema\.json$/);
    expect(existsSync(schema)).toBe(true);
  }
});
