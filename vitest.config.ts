import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'examples/**/*.test.ts', 'scripts/**/*.test.ts', 'conformance/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['src/deterministic/testing/oneSeed.ts', 'src/expression/testing/installLinearEngine.ts'],
    testTimeout: 30_000,
    pool: 'threads',
    // One for each core but one, as usual, leaves half of a machine with two cores idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
