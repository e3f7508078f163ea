import { defineConfig } from 'vitest/config';

/** `unit` needs nothing; `integration` starts the services of one machine; `infra` synthesises the stacks. */
export default defineConfig({
  test: {
    // by itself vitest leaves one core alone, which is half of a small machine
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/functions/**/*.test.ts',
            'test/infra/local/**/*.test.ts',
            'test/cli/**/*.test.ts',
            'test/bench/**/*.test.ts',
            'test/conformance/**/*.test.ts',
          ],
          // files share what they import: loading it for each of them was more work than all tests
          isolate: false,
          // property tests take seconds where something else has the cores
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/support/services.ts'],
          fileParallelism: false,
          // what is compiled into deployables is compiled once
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'infra',
          include: ['test/infra/stacks/**/*.test.ts', 'test/checks/**/*.test.ts', 'test/docs/**/*.test.ts'],
          // CDK, its rules for templates and what is compiled are loaded once for all files
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
