import { defineConfig } from 'vitest/config';

/** Apart from `npm test`: it installs a local AWS API from Python's package index the first time. */
export default defineConfig({
  test: {
    name: 'deploy',
    include: ['test/deploy/**/*.test.ts'],
    // the first run installs, and a busy machine bundles slowly
    hookTimeout: 600_000,
    testTimeout: 120_000,
  },
});
