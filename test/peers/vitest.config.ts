import { defineConfig } from 'vitest/config'

// `pnpm test:peers`: the other libraries are installed first, into peers/.
export default defineConfig({
  test: {
    include: ['test/peers/*.test.ts'],
    globalSetup: ['test/peers/install.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
