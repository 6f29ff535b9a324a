import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Beside packages that the root does not install: see test/peers/vitest.config.ts.
    exclude: ['test/peers/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
