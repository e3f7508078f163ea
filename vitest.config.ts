import { defineConfig } from 'vitest/config';

/** `unit` needs nothing; `integration` starts the services of one machine; `infra` synthesises the stacks. */
export default defineConfig({
  test: {
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
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'infra',
          include: ['test/infra/stacks/**/*.test.ts', 'test/checks/**/*.test.ts', 'test/docs/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
