// Creates and exports the spans of one row: `fork(app, [task as JSON])`; sends its measurement, then exits.
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { NumberedSpans } from '../support/numbered-spans.ts'
import type { AppMeasurement, Task } from './measurement.ts'
import { processorOf } from './processors.ts'
import { material, produce } from './produce.ts'
import { timingEnds } from './timing-ends.ts'

const DELAY_RESOLUTION_MILLIS = 1

const task: Task = JSON.parse(process.argv[2] ?? '')
const processor = await processorOf(task.row, task.origin, task.directory)
const timesEnds = task.row.kind === 'ours' && task.row.options.durability === 'span'
const timed = processor !== undefined && timesEnds ? timingEnds(processor, task.spans) : undefined
const exporting: SpanProcessor[] = processor === undefined ? [] : [timed?.processor ?? processor]
const provider = new BasicTracerProvider({
  idGenerator: new NumberedSpans(),
  spanProcessors: [new SessionSpanProcessor(), ...exporting],
})
const spans = material()

process.send?.('ready')
await once(process, 'message')
const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MILLIS })
delay.enable()
const cpuBefore = process.cpuUsage()
const started = performance.now()
await produce(provider.getTracer('app'), task.spans, spans)
const shutdown = await provider.shutdown().then(
  () => 'resolved',
  (error) => `rejected: ${error instanceof Error ? error.message : error}`,
)
const millis = performance.now() - started
const { user, system } = process.cpuUsage(cpuBefore)
delay.disable()

// The monitor measures from one sample to the next, so the delay of an idle loop equals the resolution.
const lateness = (nanos: number) => Math.max(0, nanos / 1e6 - DELAY_RESOLUTION_MILLIS)
const measurement: AppMeasurement = {
  shutdown,
  millis,
  cpuSeconds: (user + system) / 1e6,
  // In kilobytes.
  peakRssMegabytes: process.resourceUsage().maxRSS / 1024,
  loopDelayP99Millis: lateness(delay.percentile(99)),
  loopDelayMaxMillis: lateness(delay.max),
  ...(timed && { onEndP99Micros: timed.percentile(0.99) }),
}
process.send?.(measurement, () => process.exit())
