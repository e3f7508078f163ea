/** Control characters and those that turn the direction of a text: nobody sees them, and terminals and pages obey them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text with what is invisible spelled out, except for what `keep` names: names and messages come from elsewhere. */
export const visible = (text: string, keep = ''): string =>
  text.replace(INVISIBLE, (found) => (keep.includes(found) ? found : spelledOut(found)));

const spelledOut = (found: string): string => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
