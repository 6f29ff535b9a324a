import { createHash } from 'node:crypto'
import { cachePath } from '../cache.ts'

/** The release of the collector's unstable modules, its contrib modules and its builder. */
export const COLLECTOR_VERSION = '0.161.0'
/** The matching release of its stable modules. */
const STABLE_VERSION = '1.67.0'

const CORE = 'go.opentelemetry.io/collector'
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib'
const AWS_SERVICE_DISCOVERY = 'github.com/aws/aws-sdk-go-v2/service/servicediscovery'

export const BUILDER = `${CORE}/cmd/builder@v${COLLECTOR_VERSION}`
/** The version that the modules require. */
export const OLDEST_GO: readonly [number, number] = [1, 26]

/** The builder's manifest: OTLP in, files out, and the components of `examples/collector`. */
export const MANIFEST = `dist:
  module: otel-sessions.test/collector
  name: collector
  output_path: .
receivers:
  - gomod: ${CORE}/receiver/otlpreceiver v${COLLECTOR_VERSION}
processors:
  - gomod: ${CONTRIB}/processor/transformprocessor v${COLLECTOR_VERSION}
  - gomod: ${CONTRIB}/processor/filterprocessor v${COLLECTOR_VERSION}
  - gomod: ${CONTRIB}/processor/groupbyattrsprocessor v${COLLECTOR_VERSION}
exporters:
  - gomod: ${CORE}/exporter/otlpexporter v${COLLECTOR_VERSION}
  - gomod: ${CONTRIB}/exporter/fileexporter v${COLLECTOR_VERSION}
  - gomod: ${CONTRIB}/exporter/loadbalancingexporter v${COLLECTOR_VERSION}
# The collector does not start without the provider of its default scheme, env.
providers:
  - gomod: ${CORE}/confmap/provider/envprovider v${STABLE_VERSION}
  - gomod: ${CORE}/confmap/provider/fileprovider v${STABLE_VERSION}
# The load balancer asks for 1.48.0, which not every module proxy has; it is for AWS Cloud Map, and not used here.
replaces:
  - ${AWS_SERVICE_DISCOVERY} => ${AWS_SERVICE_DISCOVERY} v1.49.0
`

/** The cache folder of the built collector. */
export function cacheFolder(): string {
  const { platform, arch } = process
  const hash = createHash('sha256').update([BUILDER, MANIFEST, platform, arch].join('\n')).digest('hex')
  return cachePath(`collector-${COLLECTOR_VERSION}-${hash.slice(0, 12)}`)
}
