import { createHash } from 'node:crypto'
import { cachePath } from '../cache.ts'

/** The release of the collector's unstable modules, its contrib modules and its builder. */
export const COLLECTOR_VERSION = '0.161.0'
/** The release of its stable modules that belongs to it. */
const STABLE_VERSION = '1.67.0'

const CORE = 'go.opentelemetry.io/collector'
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib'

export const BUILDER = `${CORE}/cmd/builder@v${COLLECTOR_VERSION}`
/** What the modules themselves ask for. */
export const OLDEST_GO: readonly [number, number] = [1, 26]

/** What the builder puts together: OTLP in, files out, nothing else. */
export const MANIFEST = `dist:
  module: otel-sessions.test/collector
  name: collector
  output_path: .
receivers:
  - gomod: ${CORE}/receiver/otlpreceiver v${COLLECTOR_VERSION}
exporters:
  - gomod: ${CONTRIB}/exporter/fileexporter v${COLLECTOR_VERSION}
# The collector does not start without the provider of its default scheme, env.
providers:
  - gomod: ${CORE}/confmap/provider/envprovider v${STABLE_VERSION}
  - gomod: ${CORE}/confmap/provider/fileprovider v${STABLE_VERSION}
`

/** Where the built collector is kept: a folder of the user's, outside the repository. */
export function cacheFolder(): string {
  const { platform, arch } = process
  const hash = createHash('sha256').update([BUILDER, MANIFEST, platform, arch].join('\n')).digest('hex')
  return cachePath(`collector-${COLLECTOR_VERSION}-${hash.slice(0, 12)}`)
}
