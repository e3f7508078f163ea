import type { ParkedItems, ParkedKey } from '../../functions/aws/parked-keys.ts';
import type { WaitingPosition } from '../../functions/connect/parking.ts';

/** The table's items in memory. `most`: as many keys as one request lists. */
export function memoryParkedItems(most = 1_000) {
  const items = new Map<string, ParkedKey>();
  const isSeen = (key: string, seenVersion: string | undefined) => items.get(key)?.version === seenVersion;
  const firsts = (keys: Iterable<string>): Map<string, WaitingPosition> =>
    new Map(
      [...keys].flatMap((key) => {
        const item = items.get(key);
        return item ? [[key, item.waits[0]!] as const] : [];
      }),
    );
  const store: ParkedItems = {
    list: async () => ({ firstOf: firsts([...items.keys()].slice(0, most)), isWhole: items.size <= most }),
    find: async (keys) => firsts(keys),
    get: async (key) => structuredClone(items.get(key)),
    async put(item, seenVersion) {
      if (!isSeen(item.key, seenVersion)) return false;
      items.set(item.key, structuredClone(item));
      return true;
    },
    async remove(key, seenVersion) {
      if (!isSeen(key, seenVersion)) return false;
      return items.delete(key);
    },
  };
  return { items, store };
}
