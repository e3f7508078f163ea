/**
 * A text on one line, with what a terminal could take for a command spelled out: names and messages come from topics
 * and databases.
 */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(CONTROL, spelledOut).trim();

/** Several lines, made harmless in the same way. */
export const harmless = (text: string): string =>
  text.replace(CONTROL, (found) => (found === '\n' ? found : spelledOut(found)));

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const spelledOut = (found: string): string => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
