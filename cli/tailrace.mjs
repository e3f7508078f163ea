#!/usr/bin/env node
// The door of the command: runs main.ts on a Node.js that is new enough. Plain JavaScript, for old ones can't read more.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const folder = dirname(fileURLToPath(import.meta.url));
const brought = join(folder, '../node_modules/.bin/node');

if (Number(process.versions.node.split('.')[0]) >= NEEDED) await import('./main.ts');
else if (existsSync(brought)) runOn(brought);
else {
  console.error(`tailrace needs Node.js ${NEEDED} or newer, got ${process.versions.node}: run "npm ci" in the project`);
  process.exitCode = 1;
}

/** Runs main.ts on another Node.js in this terminal, and ends as it ends. */
function runOn(node) {
  const child = spawn(node, [join(folder, 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // a terminal's Ctrl-C reaches the child by itself; this process only waits for it
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`Can't run ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
