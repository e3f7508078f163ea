import { expect, test } from 'vitest';
import { parseDateParts } from '../../../../../../functions/connectors/mongodb/sink/time-series/date-parse.ts';
import {
  parseDatePattern,
  refuseDatePattern,
} from '../../../../../../functions/connectors/mongodb/sink/time-series/date-pattern.ts';
import { resolveDate } from '../../../../../../functions/connectors/mongodb/sink/time-series/date-resolve.ts';
import { weekRules } from '../../../../../../functions/connectors/mongodb/sink/time-series/weeks.ts';

/** The time in UTC, or nothing. */
function dateOf(pattern: string, text: string, languageTag = ''): string | undefined {
  const parts = parseDateParts(text, parseDatePattern(pattern, languageTag));
  const ms = parts && resolveDate(parts, weekRules(languageTag));
  return ms === undefined ? undefined : new Date(Number(ms)).toISOString();
}

// what Java 17 makes of them
test.each([
  ['yyyyMMdd', '20200229', '2020-02-29T00:00:00.000Z'],
  ['yyyyMMddHHmmssSSS', '20200914012821215', '2020-09-14T01:28:21.215Z'],
  ['yyyy-MM-dd', '2020-02-30', '2020-02-29T00:00:00.000Z'],
  ['yyyy-MM-dd', '2020-02-32', undefined],
  ['yyyy-MM-dd', '10000-01-01', undefined],
  ['yyyy-MM-dd', '+10000-01-01', '+010000-01-01T00:00:00.000Z'],
  ['yyyy-MM-dd', '0000-01-01', undefined],
  ['u-M-d', '0-1-1', '0000-01-01T00:00:00.000Z'],
  ['dd/MM/yy', '31/12/99', '2099-12-31T00:00:00.000Z'],
  ['yyyy-DDD', '2021-366', undefined],
  ['yyyy-MM-dd HH:mm', '2020-01-01 24:00', '2020-01-02T00:00:00.000Z'],
  ['yyyy-MM-dd HH:mm', '2020-01-01 24:01', undefined],
  ['yyyy-MM-dd HH:ss', '2020-01-01 10:30', '2020-01-01T00:00:00.000Z'],
  ['yyyy-MM-dd K:mm a', '2020-01-01 0:05 PM', '2020-01-01T12:05:00.000Z'],
  ['yyyy-MM-dd k:mm', '2020-01-01 24:05', '2020-01-01T00:05:00.000Z'],
  ['yyyy-MM-dd A', '2020-01-01 86399999', '2020-01-01T23:59:59.999Z'],
  ['yyyy-MM-dd Q', '2020-04-01 1', undefined],
  ["yyyy'year'MM''dd", "2020year01'02", '2020-01-02T00:00:00.000Z'],
  ['yyyy-MM-dd HH:mm:ss O', '2020-01-01 00:00:00 GMT+05:30', '2019-12-31T18:30:00.000Z'],
  ['yyyy-MM-dd HH:mm:ssX', '2020-01-01 00:00:00-0130', '2020-01-01T01:30:00.000Z'],
  ['yyyy-MM-dd HH:mm:ssXXX', '2020-01-01 00:00:00+19:00', undefined],
  // an hour that comes twice is the first one, and one that is left out the one behind it
  ['yyyy-MM-dd HH:mm:ss VV', '2020-10-25 02:30:00 Europe/Paris', '2020-10-25T00:30:00.000Z'],
  ['yyyy-MM-dd HH:mm:ss VV', '2020-03-29 02:30:00 Europe/Paris', '2020-03-29T01:30:00.000Z'],
  ['yyyy-MM-dd HH:mm:ss VV', '2020-01-01 00:00:00 europe/paris', undefined],
  ['yyyy-MM-dd HH:mm:ss VV', '2020-01-01 00:00:00 UTC-03:30', '2020-01-01T03:30:00.000Z'],
  // which continent's is not guessed
  ['yyyy-MM-dd HH:mm:ss z', '2020-07-01 00:00:00 BST', undefined],
  ['HH:mm', '10:00', undefined],
])('%s reads %s as %s', (pattern, text, expected) => {
  expect(dateOf(pattern, text)).toBe(expected);
});

test.each([
  ['en-US', 'EEE, d MMM yyyy', 'Wed, 1 Jan 2020', '2020-01-01T00:00:00.000Z'],
  ['en-US', 'EEE, d MMM yyyy', 'Thu, 1 Jan 2020', undefined],
  ['de-DE', 'd. MMMM yyyy', '1. März 2020', '2020-03-01T00:00:00.000Z'],
  ['', 'd MMMM yyyy', '1 Mar 2020', '2020-03-01T00:00:00.000Z'],
  ['', 'd MMMM yyyy', '1 March 2020', undefined],
  ['no language', 'd MMM yyyy', '1 Mar 2020', '2020-03-01T00:00:00.000Z'],
  // weeks begin on Sunday in the one and on Monday, with four days at least, in the other
  ['en-US', "YYYY-'W'ww-e", '2021-W01-1', '2020-12-27T00:00:00.000Z'],
  ['de-DE', "YYYY-'W'ww-e", '2021-W01-1', '2021-01-04T00:00:00.000Z'],
  ['de-DE', "YYYY-'W'ww-e", '2020-W53-7', '2021-01-03T00:00:00.000Z'],
])('in %s %s reads %s as %s', (languageTag, pattern, text, expected) => {
  expect(dateOf(pattern, text, languageTag)).toBe(expected);
});

test.each([
  ['J', 'Unknown pattern letter: J in J'],
  ["yyyy 'open", "Pattern ends with an incomplete string literal: yyyy 'open"],
  ['yyyy]', 'Pattern invalid as it contains ] without previous ['],
  ['{', "Pattern includes reserved character: '{'"],
  ['ddd', 'Too many pattern letters: d'],
  ['yyyy-MM-dd B', 'Not built yet: the pattern letter B'],
  ['MMMMM', 'Not built yet: the pattern MMMMM'],
])('the pattern %s is refused: %s', (pattern, reason) => {
  expect(refuseDatePattern(pattern)).toBe(reason);
});
