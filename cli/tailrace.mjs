#!/usr/bin/env node
// The door of the command: starts main.ts on a Node.js that is new enough. Plain JavaScript that also old ones can read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const folder = dirname(fileURLToPath(import.meta.url));
// the Node.js that the project brings along; package managers put it there or into a folder above
const brought = [join(folder, '..'), join(folder, '../../..')]
  .map((root) => join(root, 'node_modules/.bin/node'))
  .find((file) => existsSync(file));
const isNewEnough = Number(process.versions.node.split('.')[0]) >= NEEDED;
const node = isNewEnough ? process.execPath : brought;

if (node) start(node);
else {
  console.error(`tailrace needs Node.js ${NEEDED} or newer, got ${process.versions.node}: run npm ci in the project`);
  process.exitCode = 1;
}

/** Runs main.ts in this terminal, and ends as it ends. */
function start(command) {
  const child = spawn(command, [join(folder, 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both; the child decides
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`Can't start ${command}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
