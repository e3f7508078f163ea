import { Timestamp } from 'mongodb';
import { expect, test } from 'vitest';
import { trackPlace } from '../../../../../functions/connectors/mongodb/source/place.ts';
import { afterToken } from '../../../../../functions/connectors/mongodb/source/start-point.ts';

const TIME = new Timestamp({ t: 1_700_000_000, i: 1 });
const [FIRST, SECOND] = ['{"_data": "8201"}', '{"_data": "8202"}'] as const;

test('a stream goes on behind its newest token, and where it began as long as there is none', () => {
  const place = trackPlace(afterToken(FIRST));
  place.note(undefined, TIME);
  expect(place.start).toEqual(afterToken(FIRST));
  place.note(SECOND);
  place.note(undefined, TIME);
  expect(place.start).toEqual(afterToken(SECOND));
});

test('without a token it goes on at the first time that a reply told', () => {
  const place = trackPlace(undefined);
  expect(place.start).toBeUndefined();
  place.note(undefined, TIME);
  place.note(undefined, new Timestamp({ t: 1_800_000_000, i: 1 }));
  expect(place.start).toEqual({ startAtOperationTime: TIME });
  place.note(FIRST);
  expect(place.start).toEqual(afterToken(FIRST));
});
