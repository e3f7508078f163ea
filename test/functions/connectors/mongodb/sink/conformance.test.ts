import { describe } from 'vitest';
import { testCase } from '../../../../conformance/case-test.ts';
import { FOLDER, readCases } from './conformance/case-file.ts';
import { runSinkCase } from './conformance/run-case.ts';

for (const [file, cases] of readCases(FOLDER)) {
  describe(file, () => {
    for (const vector of cases) testCase(vector, runSinkCase);
  });
}
