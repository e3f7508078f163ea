import { open } from 'node:fs/promises';
import { setInterval as every } from 'node:timers/promises';

const POLL_MS = 300;
const CHUNK_BYTES = 64 * 1024;

/** Hands every new line of a file that grows to `onLine`, until the signal aborts; the file may appear later. */
export async function followLog(file: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  let position = 0;
  let rest = '';

  async function readOn(): Promise<void> {
    await using handle = await open(file, 'r').catch(() => undefined);
    if (!handle) return;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  }

  try {
    for await (const _ of every(POLL_MS, undefined, { signal })) await readOn();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await readOn();
}

/** What a person wants to see of a line of our own log: warnings and errors, in words. */
export function toNotice(line: string): string | undefined {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    // not one of our lines, such as a crash of the runtime itself
    return line.trim() === '' ? undefined : line;
  }
  const { level, message, reason, warning } = entry;
  if (level !== 'WARN' && level !== 'ERROR') return undefined;
  const detail = [reason, warning].filter((part) => typeof part === 'string').join(' ');
  return `${level === 'ERROR' ? 'error' : 'warning'}: ${message}${detail ? `: ${detail}` : ''}`;
}
