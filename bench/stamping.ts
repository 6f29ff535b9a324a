// What a span costs with a session on it, what entering a scope costs, and what the gate costs, each beside the
// floor: the least that code written by hand does for the same. All in one process, taking turns.
// `node bench/stamping.ts [rounds]`; not a test: a figure of a busy machine says nothing.
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { measureEntering } from './support/entering.ts'
import { measureGate } from './support/gate.ts'
import { tableOf } from './support/row.ts'
import { measureStamping } from './support/stamping.ts'

const rounds = Number(process.argv[2] ?? 150)

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

const rows = [
  ...(await measureStamping(rounds)),
  ...(await measureEntering(2 * rounds)),
  ...(await measureGate(2 * rounds)),
]

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${rounds} rounds. Nanoseconds:` +
    ' stamping is what a span costs more than under a processor that does nothing, entering is the whole call,' +
    ' the gate is what it adds to an exporter that does nothing.\n',
)
console.log(tableOf(rows))
