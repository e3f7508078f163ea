import { BSON, type Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { FOLDER, readCases } from '../../functions/connectors/mongodb/sink/conformance/case-file.ts';
import { NO_FAILURES, openSinking } from './sinking.ts';

const { EJSON } = BSON;
const fromJson = (documents: readonly unknown[]): Document[] =>
  EJSON.parse(JSON.stringify(documents), { relaxed: false }) as Document[];
const built = [...readCases(FOLDER).values()]
  .flat()
  .filter(({ improved, props }) => improved?.effect && props['change.data.capture.handler']);

describe('documents before and after a change event, where the peer leaves something out', () => {
  test.each(built)('$name', async ({ improved, props, records = [] }) => {
    const { topics: _, database: __, ...properties } = props;
    await using sinking = await openSinking(properties);
    const [effect] = improved!.effect!;
    await sinking.target.insertMany(fromJson(effect!.before));
    expect(await sinking.put(records.map(({ value = '' }) => value))).toEqual(NO_FAILURES);
    const after = await sinking.target.find({}, { promoteValues: false }).toArray();
    expect(EJSON.stringify(after, { relaxed: false })).toBe(
      EJSON.stringify(fromJson(effect!.after), { relaxed: false }),
    );
  });
});

test('there are such cases', () => expect(built.length).toBeGreaterThan(3));
