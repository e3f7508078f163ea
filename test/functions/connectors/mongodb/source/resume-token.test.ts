import { expect, test } from 'vitest';
import { timeInToken } from '../../../../../functions/connectors/mongodb/source/resume-token.ts';

test.each([
  ['an event', '{"_data": "8264A1B2C3000000072B022C"}', { seconds: 0x64a1b2c3, increment: 7 }],
  ['a place between events', '{"_data":"8264A1B2C30000000129295A"}', { seconds: 0x64a1b2c3, increment: 1 }],
  [
    'a server before 4.2, which writes bytes',
    `{"_data": {"$binary": {"base64": "${Buffer.from('8264A1B2C30000000146', 'hex').toString('base64')}", "subType": "00"}}, "_typeBits": {"$binary": {"base64": "QA==", "subType": "00"}}}`,
    { seconds: 0x64a1b2c3, increment: 1 },
  ],
  [
    'the same in the old form of extended JSON',
    `{"_data": {"$binary": "${Buffer.from('8264A1B2C30000000146', 'hex').toString('base64')}", "$type": "00"}}`,
    { seconds: 0x64a1b2c3, increment: 1 },
  ],
  ['SecantusDB, whose tokens begin with a length', '{"_data": "2c00000010730001000000117400"}', undefined],
  ['a length of 130, which looks like the mark of a time', '{"_data": "8200000010730001000000117400"}', undefined],
  ['DocumentDB', '{"_data": "01638f7a4c000000010100000001000029be"}', undefined],
  ['a token that is cut off', '{"_data": "8264A1B2C3"}', undefined],
  ['a document without data', '{}', undefined],
  ['no token', undefined, undefined],
])('the time inside a token of %s', (_, token, time) => {
  expect(timeInToken(token)).toEqual(time);
});
