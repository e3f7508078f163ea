import type { Letter } from '../../../cli/dead-letters/letter.ts';

/** A letter whose key is parked, at an offset of orders-3. */
export const parkedLetter = (parkedKey: Letter['parkedKey'], offset: number): Letter => ({
  message: { MessageId: String(offset), ReceiptHandle: 'r', Body: '{}' },
  id: String(offset),
  kind: 'sink',
  connector: 'orders-sink',
  failedAt: 0,
  position: `orders-3@${offset}`,
  code: 'WRITE_REJECTED',
  sentence: 's',
  attempts: 1,
  parkedKey,
});
