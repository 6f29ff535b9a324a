import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// `pnpm test:coverage`: what the tests reach in the sources. Tests whose work is done by processes that they start
// reach nothing here, and are left out.
export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        'packages/exporter/test/persistent/sending/process.test.ts',
        'test/api/**',
        'test/delivery/**',
        'test/demo.test.ts',
        'test/docs-*/**',
        'test/examples/**',
        'test/frameworks/**',
        'test/lifecycle/**',
        'test/package-readmes.test.ts',
        'test/real/**',
        'test/streams/table.test.ts',
      ],
      reporters: ['dot', './test/coverage/by-package.ts'],
      coverage: {
        provider: 'v8',
        include: ['packages/*/src/**/*.ts'],
        reporter: ['text-summary'],
      },
    },
  }),
)
