import { expect, test } from 'vitest';
import { sourceNodeOptions } from '../../../infra/local/source-command.ts';

test('a task on one machine has the options of Node.js that its image has', () => {
  expect(sourceNodeOptions()).toEqual(['--enable-source-maps', '--max-semi-space-size=4']);
  expect(sourceNodeOptions('FROM x\nCMD ["node", "--a", "--b=1", "main.mjs"]\n')).toEqual(['--a', '--b=1']);
  expect(sourceNodeOptions('FROM x\n')).toEqual([]);
});
