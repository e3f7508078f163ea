import type { SampleOptions } from './sample-events.ts';

/** `insert=40,update=40,replace=10,delete=10` */
export const parseMix = (text: string): SampleOptions['mix'] =>
  Object.fromEntries(text.split(',').map((share) => [share.split('=')[0], Number(share.split('=')[1])]));
