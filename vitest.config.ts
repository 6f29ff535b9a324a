import { defineConfig } from 'vitest/config'
import { DEEP_FILES } from './test/deep/files.ts'
import { testSources } from './test/support/sources.ts'

export default defineConfig({
  ...testSources,
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Beside packages that the root does not install: see test/peers/vitest.config.ts and test/frameworks.
    exclude: ['test/peers/**', '**/node_modules/**', ...DEEP_FILES.processes],
    // Vitest leaves one core to itself, which is half of a machine with two.
    maxWorkers: '100%',
    // Concurrent tests wait for retries and timeouts most of the time.
    maxConcurrency: 40,
    // Only for what hangs: a test that takes 6 s can take 30 s on a busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
