import type { ParkedItems } from './parked-keys.ts';

/** The items, and a way to load their client beside other work of a start. */
export type LazyParkedItems = ParkedItems & { load(): void };

/** DynamoDB; its client is loaded when it is asked for, for loading it takes longer than most of a start. */
export function lazyParkedItems(open: () => Promise<ParkedItems>): LazyParkedItems {
  let opened: Promise<ParkedItems> | undefined;
  const items = () => {
    opened ??= open();
    return opened;
  };
  return {
    load: () => void items().catch(() => undefined),
    list: async (...asked) => (await items()).list(...asked),
    find: async (...asked) => (await items()).find(...asked),
    get: async (...asked) => (await items()).get(...asked),
    put: async (...asked) => (await items()).put(...asked),
    remove: async (...asked) => (await items()).remove(...asked),
  };
}

export const lazyDynamodbItems = (table: string, connector: string): LazyParkedItems =>
  lazyParkedItems(async () => (await import('./parked-items.ts')).openParkedItems(table, connector));
