import type { Review } from '../../../../connect/connector-config.ts';
import { UnsupportedRegexError } from '../../../../connect/java-regex.ts';
import { simpleNameOf } from '../class-names.ts';
import { refuseRenamer } from './renamer-settings.ts';
import { regexpErrors } from './renamers.ts';

const PROPERTY = 'field.renamer.regexp';

/**
 * Where RenameByRegExp is used: an expression that Java would not take either is an error of every record, as with the
 * peer, and said at the start; one that only we can't take is refused.
 */
export function reviewRegexps(texts: Readonly<Record<string, string>>): Review {
  const isUsed = (texts['post.processor.chain'] ?? '')
    .split(',')
    .some((name) => simpleNameOf(name.trim()) === 'RenameByRegExp');
  const settings = texts[PROPERTY];
  // an unreadable one is reported by itself
  if (!isUsed || settings === undefined || refuseRenamer(settings) !== undefined) return { problems: [], warnings: [] };
  const errors = regexpErrors(settings);
  const isUnsupported = (error: Error) => error instanceof UnsupportedRegexError;
  return {
    problems: errors
      .filter(isUnsupported)
      .map(({ message }) => ({ property: PROPERTY, message: `Not built yet: ${message}` })),
    warnings: errors
      .filter((error) => !isUnsupported(error))
      .map(({ message }) => `${PROPERTY}: Every record will be rejected: ${message}`),
  };
}
