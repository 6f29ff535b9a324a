// Measures one row in a process of its own, so that no library makes another one's code slower, and sends
// the figures to the parent: `node bench/measure/child.ts <row as JSON> <rounds>`.
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { measureEntering } from './entering.ts'
import { measureGate } from './gate.ts'
import type { Row } from './measurement.ts'
import { measureStamping } from './stamping.ts'

const [rowJson = '', rounds] = process.argv.slice(2)
const { table, circumstances, variant }: Row = JSON.parse(rowJson)
const measure = { stamping: measureStamping, entering: measureEntering, gate: measureGate }[table]

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const measurement = await measure(circumstances, variant, Number(rounds))
// Exporters of the libraries may hold timers.
process.send?.(measurement, () => process.exit())
