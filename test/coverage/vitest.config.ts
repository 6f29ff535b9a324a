import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// `pnpm test:coverage`: what each package's own tests reach in its sources, and those of streams, which are its
// binding's. Not all tests run again: `pnpm test` has run them, and a program that a test starts reaches nothing here.
export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        'packages/exporter/test/persistent/sending/process.test.ts',
        'test/!(streams)/**',
        'test/streams/table.test.ts',
        'test/*.test.ts',
      ],
      reporters: ['dot', './test/coverage/by-package.ts'],
      coverage: {
        provider: 'v8',
        include: ['packages/*/src/**/*.ts'],
        reporter: ['text-summary'],
        // Just below what is measured.
        thresholds: { lines: 97.5, statements: 96.5, functions: 96.5, branches: 93.5 },
      },
    },
  }),
)
