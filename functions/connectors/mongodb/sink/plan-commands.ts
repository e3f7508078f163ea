import type { CommandName } from './statements.ts';

/** What the order of writes depends on. */
export type Ordered = {
  readonly command: CommandName;
  /** Same text: may be the same document. Nothing: may be any document. */
  readonly id: string | undefined;
  readonly bytes: number;
};

/** Less than the server's 48,000,000 bytes per message and 100,000 statements per command. */
const MAX_COMMAND_BYTES = 40_000_000;
const MAX_COMMAND_STATEMENTS = 100_000;

type Group<T> = { readonly command: CommandName; readonly writes: T[]; bytes: number };

/**
 * Groups writes into few commands of one kind each. Writes of one document keep their order; others may pass each
 * other. `isOrdered` says that the server executes a command in order; where it doesn't, a command holds each document
 * once.
 */
export function planCommands<T extends Ordered>(writes: readonly T[], isOrdered: boolean): T[][] {
  // what is one command in its order need not tell its documents apart
  if (isOrdered && isOneCommand(writes)) return [[...writes]];
  const groups: Group<T>[] = [];
  const lastOf = new Map<string, number>();
  /** Nothing may go into a group before this one: a write that may be any document is there. */
  let barrier = 0;
  for (const write of writes) {
    const { id } = write;
    const last = id === undefined ? groups.length - 1 : Math.max(lastOf.get(id) ?? -1, barrier - 1);
    const isSameAllowed = isOrdered || last < 0;
    const from = Math.max(last + (isSameAllowed ? 0 : 1), 0);
    let index = from;
    while (index < groups.length && !hasRoom(groups[index]!, write)) index++;
    if (index === groups.length) groups.push({ command: write.command, writes: [], bytes: 0 });
    const group = groups[index]!;
    group.writes.push(write);
    group.bytes += write.bytes;
    if (id === undefined) barrier = index + 1;
    else lastOf.set(id, index);
  }
  return groups.map((group) => group.writes);
}

function isOneCommand(writes: readonly Ordered[]): boolean {
  if (writes.length === 0 || writes.length > MAX_COMMAND_STATEMENTS) return false;
  const { command } = writes[0]!;
  let bytes = 0;
  for (const write of writes) {
    bytes += write.bytes;
    if (write.command !== command || bytes > MAX_COMMAND_BYTES) return false;
  }
  return true;
}

const hasRoom = <T>(group: Group<T>, write: Ordered): boolean =>
  group.command === write.command &&
  group.bytes + write.bytes <= MAX_COMMAND_BYTES &&
  group.writes.length < MAX_COMMAND_STATEMENTS;
