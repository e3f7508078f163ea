import { readFileSync } from 'node:fs';
import type { ManagedProcess } from '../../infra/local/processes.ts';

/** The next message of a process; rejects with the end of its log where it ends before. */
export async function nextMessage<Message>({ child, exited, logFile, name }: ManagedProcess): Promise<Message> {
  const message = new Promise<Message>((resolve) => {
    child.once('message', (sent) => resolve(sent as Message));
  });
  const ended = exited.then((code) => {
    throw new Error(`${name} ended with ${code}: ${endOfLog(logFile)}`);
  });
  return Promise.race([message, ended]);
}

/** Sends a question to a process and gives its answer. */
export function ask<Message>(asked: ManagedProcess, question: unknown): Promise<Message> {
  const answer = nextMessage<Message>(asked);
  asked.child.send(question as object);
  return answer;
}

export const endOfLog = (logFile: string): string => readFileSync(logFile, 'utf8').slice(-1000);
