// Measures one row in its own process, so that no library slows down another one's code, and sends the figures to the
// parent: `node bench/measure/child.ts <row as JSON> <rounds>`.
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { measureEntering } from './entering.ts'
import { measureFront } from './front.ts'
import type { Row } from './measurement.ts'
import { measureStamping } from './stamping.ts'
import { measureValidation } from './validation.ts'

const [rowJson = '', rounds] = process.argv.slice(2)
const { table, circumstances, variant }: Row = JSON.parse(rowJson)
const measure = {
  stamping: measureStamping,
  entering: measureEntering,
  validation: measureValidation,
  front: measureFront,
}[table]

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const measurement = await measure(circumstances, variant, Number(rounds))
// Exporters of the libraries may have active timers.
process.send?.(measurement, () => process.exit())
