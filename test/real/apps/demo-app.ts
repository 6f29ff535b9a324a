/** Child process: the demo's application under the witness. */
import { readConfig } from '../../../demo/support/child.ts'

// The witness writes at exit, and a signal alone would skip that.
process.once('SIGTERM', () => process.exit())

const { witness, exporter } = readConfig<{ witness: string; exporter: string }>()
process.env['WITNESS_FILE'] = witness
process.env['WITNESS_EXPORTER'] = exporter
await import('../witness.ts')
await import('../../../demo/app.ts')
