import { beforeEach, expect, test } from 'vitest'
import { application, arrived, run, useProcesses } from '../processes.ts'

useProcesses()

/** The beginning of programs whose spans are sent one by one to the collector. */
const SET_UP = `
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { backfill, sessionProcessors } from 'otel-sessions'
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const simple = new SimpleSpanProcessor(new OTLPTraceExporter())
const provide = (processors) => {
  const provider = new BasicTracerProvider({ spanProcessors: processors })
  return { provider, tracer: provider.getTracer('test') }
}
`
const PACKAGES = [
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-trace-otlp-http',
]

let runProgram: (program: string) => ReturnType<typeof run>
beforeEach(() => {
  runProgram = (program) => run(application({ 'app.mjs': SET_UP + program }, ...PACKAGES), ['app.mjs'])
})

test('a process that ends without a shutdown sends the spans that wait for their trace', async () => {
  const { code, output } = await runProgram(`
    const { tracer } = provide(sessionProcessors([simple]))
    tracer.startActiveSpan('never ends', () => {
      for (const name of ['one', 'two', 'three']) tracer.startSpan(name).end()
    })
    tracer.startSpan('root').end()
  `)
  expect([code, output]).toEqual([0, ''])
  expect(arrived().sort()).toEqual(['one', 'root', 'three', 'two'].map((name) => `${name}: undefined`))
})

test('a process that ends sends them also if they are more than a burst, and if they end when the others are sent', async () => {
  const { code } = await runProgram(`
    const { tracer } = provide(sessionProcessors([simple]))
    tracer.startActiveSpan('never ends', () => {
      for (let index = 0; index < 600; index++) tracer.startSpan('one').end()
      process.once('beforeExit', () => tracer.startSpan('late').end())
    })
  `)
  expect(code).toBe(0)
  expect(arrived().length).toBe(601)
})

test('a processor that hangs in its flush does not hold the end of a process, and an awaited shutdown goes on', async () => {
  const { code, output } = await runProgram(`
    let ended = 0
    const hanging = {
      onStart() {}, onEnd() { ended++ },
      forceFlush: () => new Promise(() => {}),
      async shutdown() { console.log('shut down after', ended) },
    }
    const { provider, tracer } = provide(sessionProcessors([hanging], { backfill: backfill({ maxSpans: 5_000 }) }))
    tracer.startActiveSpan('never ends', () => {
      for (let index = 0; index < 2_000; index++) tracer.startSpan('one').end()
    })
    provider.shutdown()
    process.once('exit', () => console.log('exit after', ended))
  `)
  expect([code, output]).toEqual([0, 'shut down after 2000\nexit after 2000\n'])
})
