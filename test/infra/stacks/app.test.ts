import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

/** The app as `cdk synth` starts it. */
function runApp(context: Record<string, string>) {
  const { status, stderr, stdout } = spawnSync('node', ['infra/app.ts'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  return { status, output: stdout + stderr };
}

describe('the app', () => {
  test('asks for an environment and names the known ones', () => {
    const { output, status } = runApp({});
    expect(output).toBe('Expected an environment, such as -c env=dev; there are dev, prod, staging\n');
    expect(status).toBe(2);
  });

  test('answers an unknown environment with the known ones, and no stack trace', () => {
    const { output, status } = runApp({ env: 'production' });
    expect(output).toMatch(/^Unknown environment "production", expected one of dev, local, prod, staging .*\n$/);
    expect(status).toBe(2);
  });
});
