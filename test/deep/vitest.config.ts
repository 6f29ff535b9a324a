import { defineConfig } from 'vitest/config'
import { testSources } from '../support/sources.ts'
import { DEEP_FILES } from './files.ts'

// `pnpm test:deep`, or one project of it: `pnpm test:deep --project model`.
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: Object.entries(DEEP_FILES).map(([name, files]) => ({
      ...testSources,
      test: {
        name,
        include: [...files],
        env: { TEST_DEEP: '1' },
        testTimeout: 600_000,
        hookTimeout: 120_000,
      },
    })),
  },
})
