import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'

// The repository: `otel-sessions` is linked from its root.
const root = fileURLToPath(new URL('../../..', import.meta.url))

const config: NextConfig = {
  turbopack: { root },
  outputFileTracingRoot: root,
  // What a deployment would not have either.
  productionBrowserSourceMaps: false,
}

export default config
