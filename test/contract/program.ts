// Ends spans with a subject, and then by itself: see rows/processes.ts.

import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { OURS, THEIRS } from './subject.ts'

const subject = [...THEIRS, ...OURS].find(({ name }) => name === process.argv[2])
if (subject === undefined) throw new Error(`there is no subject ${process.argv[2]}`)
const { processor } = subject.start({})
const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('contract')
for (let span = 0; span < 10; span++) tracer.startSpan(`span ${span}`).end()
// The channel to the test would keep the process alive.
process.disconnect?.()
