import { beforeEach, describe, expect, test } from 'vitest'
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
  '@otel-sessions/exporter',
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

describe('a process that exits while a trace is open', () => {
  const OPEN_TRACE = `
    import { diag, DiagConsoleLogger, trace } from '@opentelemetry/api'
    import { BatchSpanProcessor, ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base'
    diag.setLogger(new DiagConsoleLogger())
    /** Has sent its spans when the call returns. */
    const atOnce = {
      export(spans, done) {
        for (const { name } of spans) console.log('sent:', name)
        done({ code: 0 })
      },
      shutdown: async () => {},
    }
    const endTwo = (tracer) => tracer.startActiveSpan('never ends', () => {
      for (const name of ['one', 'two']) tracer.startSpan(name).end()
    })
  `
  const lost =
    /(\d+ spans? that waited (?:is|are) lost if they are not exported or written within the call: .*)\n/g

  test.each([
    ['by process.exit()', 'process.exit(3)', 3],
    ['by an error that nobody catches', "throw new Error('nobody catches this')", 1],
    [
      'by a rejection that nobody handles',
      "Promise.reject(new Error('nobody handles this')); setInterval(() => {}, 1_000)",
      1,
    ],
  ])('%s: an exporter that sends at once has the spans that waited', async (_, exit, expected) => {
    const { code, output } = await runProgram(`${OPEN_TRACE}
      const { tracer } = provide(sessionProcessors([new SimpleSpanProcessor(atOnce)]))
      endTwo(tracer)
      ${exit}
    `)
    expect([code, output.match(/sent: \w+/g)]).toEqual([expected, ['sent: one', 'sent: two']])
  })

  test('says once, with the remedy, how many spans are lost if they are sent later', async () => {
    const { code, output } = await runProgram(`${OPEN_TRACE}
      const { tracer } = provide(sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter()), simple]))
      endTwo(tracer)
      process.exit()
    `)
    expect([code, arrived()]).toEqual([0, []])
    expect(output.match(lost)).toEqual([
      '2 spans that waited are lost if they are not exported or written within the call: the process exits before delivery; await provider.shutdown() first (logged once)\n',
    ])
  })

  test('passes on what still waited for a flush, too, and more than a queue takes', async () => {
    const { output } = await runProgram(`${OPEN_TRACE}
      let ended = 0
      const hanging = { onStart() {}, onEnd() { ended++ }, forceFlush: () => new Promise(() => {}), async shutdown() {} }
      const { tracer } = provide(sessionProcessors([hanging, hanging], { backfill: backfill({ maxSpans: 5_000 }) }))
      const root = tracer.startSpan('root')
      context.with(trace.setSpan(context.active(), root), () => {
        for (let index = 0; index < 2_000; index++) tracer.startSpan('one').end()
      })
      root.end()
      process.on('exit', () => console.log('ended', ended))
      process.exit()
    `)
    expect(output).toContain('ended 4002\n')
    // Of the first processor, that has had a burst.
    expect(output.match(lost)?.[0]).toContain('1489 spans')
  })

  test.each([
    ['everything is shut down', 'endTwo(tracer); await provider.shutdown(); process.exit()'],
    ['nothing waits', "tracer.startSpan('alone').end(); process.exit()"],
    ['the process ends by itself', 'endTwo(tracer)'],
  ])('says nothing if %s', async (_, program) => {
    const { output } = await runProgram(`${OPEN_TRACE}
      const { provider, tracer } = provide(sessionProcessors([simple]))
      ${program}
    `)
    expect(output).not.toContain('lost')
  })

  test('writes what waits to the journal of a processor that keeps one', async () => {
    const { output } = await runProgram(`${OPEN_TRACE}
      import { mkdtempSync } from 'node:fs'
      import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
      provide(sessionProcessors([{ onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} }]))
      const directory = mkdtempSync('journal-')
      const persistent = new PersistentBatchSpanProcessor({ url: 'http://127.0.0.1:9/v1/traces', directory })
      const plain = new SimpleSpanProcessor(atOnce)
      const { tracer } = provide(sessionProcessors([plain, persistent]))
      endTwo(tracer)
      process.on('exit', () => {
        const { queued, unwritten } = persistent.stats()
        console.log('queued', queued.spans, 'not written', unwritten)
      })
      process.exit()
    `)
    expect(output).toContain('sent: one')
    expect(output).toContain('queued 2 not written 0\n')
  })
})
