/** Child process: the demo's application under the witness. */
import { readConfig } from '../../../demo/support/child.ts'

// The witness writes at exit, which a signal alone would skip.
process.once('SIGTERM', () => process.exit())

const { witness, exporter, headers } = readConfig<{ witness: string; exporter: string; headers: string }>()
process.env['WITNESS_FILE'] = witness
process.env['WITNESS_EXPORTER'] = exporter
process.env['OTEL_EXPORTER_OTLP_HEADERS'] = headers
await import('../witness.ts')
await import('../../../demo/app.ts')
