import { visible } from '../functions/connect/visible.ts';

/**
 * A text on one line, with what a terminal could take for a command spelled out: names and messages come from topics
 * and databases.
 */
export const oneLine = (text: string): string => visible(text.replace(/\s+/g, ' ')).trim();

/** Several lines, made harmless in the same way. */
export const harmless = (text: string): string => visible(text, '\n');
