import { describe, expect, inject, test } from 'vitest';
import { FOLDER, readCases } from '../../functions/connectors/mongodb/sink/conformance/case-file.ts';
import { runSinkCase } from '../../functions/connectors/mongodb/sink/conformance/run-case.ts';

const cases = [...readCases(FOLDER).values()].flat().filter(({ improved }) => improved?.effect);

describe('documents before and after a record that the peer applies wrongly', () => {
  test.each(cases)('$name', (vector) => runSinkCase(vector, { uri: async () => inject('services').mongodbUri }));
});

test('there are such cases', () => expect(cases.length).toBeGreaterThan(3));
