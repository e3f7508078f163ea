import { BSON, type Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { FOLDER, readCases } from '../../functions/connectors/mongodb/sink/conformance/case-file.ts';
import { matches } from '../../functions/connectors/mongodb/sink/conformance/matches.ts';
import { NO_FAILURES, openSinking } from './sinking.ts';

const { EJSON } = BSON;
const fromJson = (documents: readonly unknown[]): Document[] =>
  EJSON.parse(JSON.stringify(documents), { relaxed: false }) as Document[];
const built = [...readCases(FOLDER).values()].flat().filter(({ improved }) => improved?.effect);

describe('documents before and after a record that the peer applies wrongly', () => {
  test.each(built)('$name', async ({ improved, props, records = [] }) => {
    const { topics: _, database: __, ...properties } = props;
    await using sinking = await openSinking(properties);
    const [effect] = improved!.effect!;
    if (effect!.before.length > 0) await sinking.target.insertMany(fromJson(effect!.before));
    expect(await sinking.put(records.map(({ value = '' }) => value))).toEqual(NO_FAILURES);
    const after = await sinking.target.find({}, { promoteValues: false }).toArray();
    // field order is what the server likes where a case has placeholders
    const isOrdered = !JSON.stringify(effect!.after).includes('$any');
    const isSame = matches(EJSON.serialize(after, { relaxed: false }), effect!.after, new Map(), isOrdered);
    expect(isSame ? effect!.after : after).toEqual(effect!.after);
  });
});

test('there are such cases', () => expect(built.length).toBeGreaterThan(3));
