import fc from 'fast-check';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { DataError } from '../../../../../functions/connect/errors.ts';
import { createOutage, pauseMs } from '../../../../../functions/connectors/mongodb/source/outage.ts';
import { notingLog } from '../../../../support/silent-log.ts';

function outageAt() {
  const clock = { now: 0 };
  const log = notingLog();
  const outage = createOutage(
    { watch: 'shop.orders', hosts: ['a:1'] },
    { log, metrics: { add: () => undefined }, now: () => clock.now, random: () => 1 },
  );
  return { clock, log, outage };
}
const cut = new MongoNetworkError('read ECONNRESET');
const server = (code: number) => new MongoServerError({ code, message: 'no.', errmsg: 'no.' });

test('the pause doubles from a tenth of a second to half a minute, and begins anew after a reply', () => {
  const { outage } = outageAt();
  const pauses = Array.from({ length: 11 }, () => outage.pauseAfter(cut, 'reading'));
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
  outage.opened();
  expect(outage.pauseAfter(cut, 'reading')).toBe(30000);
  outage.delivered();
  expect(outage.pauseAfter(cut, 'reading')).toBe(100);
});

test('chance takes at most half of a pause', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const longest = pauseMs(attempt, 1);
      expect(pauseMs(attempt, random)).toBeGreaterThanOrEqual(longest / 2);
      expect(pauseMs(attempt, random)).toBeLessThanOrEqual(longest);
    }),
  );
});

test('an outage is told once, and its end once', () => {
  const { outage, log } = outageAt();
  for (const _ of [1, 2, 3]) outage.pauseAfter(cut, 'reading');
  outage.opened();
  outage.delivered();
  outage.opened();
  expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
});

test('a code that nobody classified is tried for twenty seconds, then it ends the stream', () => {
  const { outage, clock } = outageAt();
  outage.pauseAfter(server(777), 'reading');
  clock.now = 19_000;
  outage.pauseAfter(server(777), 'reading');
  clock.now = 21_000;
  expect(() => outage.pauseAfter(server(777), 'reading')).toThrow(
    'MongoDB refused to watch shop.orders: no (code 777)',
  );
});

test('a login that never was right ends the stream at once, one that was gets twenty seconds', () => {
  const first = outageAt();
  expect(() => first.outage.pauseAfter(server(18), 'opening')).toThrow(
    'MongoDB refused the credentials of connection.uri: no (code 18)',
  );
  const later = outageAt();
  later.outage.opened();
  expect(later.outage.pauseAfter(server(18), 'opening')).toBe(100);
  later.clock.now = 30_000;
  expect(() => later.outage.pauseAfter(server(18), 'opening')).toThrow(
    expect.objectContaining({ code: 'MONGODB_REFUSED' }),
  );
});

test('a lost position ends the stream with the code and the words of the server', () => {
  const { outage } = outageAt();
  expect(() => outage.pauseAfter(server(286), 'opening')).toThrow(
    expect.objectContaining({ name: 'PositionLost', code: 286, message: 'no (code 286)' }),
  );
});

test('an event that fits into no reply is a data error', () => {
  const { outage } = outageAt();
  expect(() => outage.pauseAfter(server(10334), 'reading')).toThrow(expect.objectContaining({ name: 'DataError' }));
});

test('what is no failure of the database goes on as it is', () => {
  const { outage } = outageAt();
  const bug = new TypeError('bug');
  const data = new DataError('CHANGE_EVENT_INVALID', 'x');
  expect(() => outage.pauseAfter(bug, 'reading')).toThrow(bug);
  expect(() => outage.pauseAfter(data, 'reading')).toThrow(data);
});

test('a refused login says that it is one, so that secrets are read again; another refusal does not', () => {
  const { outage } = outageAt();
  const thrown = (code: number) => {
    try {
      outage.pauseAfter(server(code), 'opening');
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(thrown(18)).toMatchObject({ code: 'MONGODB_REFUSED', details: { isLogin: true } });
  expect(thrown(13)).toMatchObject({ code: 'MONGODB_REFUSED', details: { isLogin: false } });
});

test('a login that was right before is tried for 20 s, not for a pause longer', () => {
  const { clock, outage } = outageAt();
  outage.opened();
  expect(() => {
    for (;;) clock.now += outage.pauseAfter(server(18), 'opening');
  }).toThrow('MongoDB refused the credentials');
  expect(clock.now).toBe(20_000);
});
