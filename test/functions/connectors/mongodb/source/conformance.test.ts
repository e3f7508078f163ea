import { join } from 'node:path';
import { describe } from 'vitest';
import { testCase } from '../../../../conformance/case-test.ts';
import { readCases } from './conformance/case-file.ts';
import { runSourceCase } from './conformance/run-case.ts';

const FOLDER = join(import.meta.dirname, '../../../../conformance/source');

for (const [file, cases] of Map.groupBy(readCases(FOLDER), (found) => found.file)) {
  describe(file, () => {
    for (const { vector } of cases) testCase(vector, runSourceCase);
  });
}
