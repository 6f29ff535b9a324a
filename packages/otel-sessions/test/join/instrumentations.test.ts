import type { Span, Tracer } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, onTestFinished, test } from 'vitest'
import { InstalledInstrumentations } from '../../src/join/instrumentations.ts'
import { FAKE, installInstrumentation } from './support.ts'

const log = { inform: () => {}, warn: () => {}, none: () => {}, preload: '' }

/** The instrumentations that are installed, started with a provider, and the spans that it has made. */
function start() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  onTestFinished(() => provider.shutdown())
  const instrumentations = new InstalledInstrumentations(
    () => provider,
    () => [],
  )
  instrumentations.start(true, log)
  const names = () => exporter.getFinishedSpans().map(({ name }) => name)
  return { instrumentations, tracer: provider.getTracer(FAKE), names }
}

const WAYS: readonly [string, (tracer: Tracer) => void][] = [
  ['startSpan', (tracer) => tracer.startSpan('of the application').end()],
  ['startActiveSpan', (tracer) => tracer.startActiveSpan('of the application', (span: Span) => span.end())],
]

describe('an installed instrumentation that changes modules', () => {
  test.each(WAYS)('is silent from the first span on that one of the application makes, by %s', (_, make) => {
    const installed = installInstrumentation()
    const { instrumentations, tracer, names } = start()
    const theirs = instrumentations.giveWay(FAKE, tracer)
    installed.startSpan('before').end()
    expect(instrumentations.count).toBe(1)
    make(theirs)
    expect(installed.startSpan('after').isRecording()).toBe(false)
    expect(names()).toEqual(['before', 'of the application'])
    expect(instrumentations.count).toBe(0)
  })

  test('is never disabled: what it has changed would be as it was, and the other would be undone with it', () => {
    const installed = installInstrumentation()
    const { instrumentations, tracer } = start()
    instrumentations.giveWay(FAKE, tracer).startSpan('of the application').end()
    expect(installed.disabled).toBe(0)
  })

  test('makes its spans beside tracers of other names, which stay as they are', () => {
    const installed = installInstrumentation()
    const { instrumentations, tracer } = start()
    expect(instrumentations.giveWay('app', tracer)).toBe(tracer)
    tracer.startSpan('of the application').end()
    expect(installed.startSpan('of the installed').isRecording()).toBe(true)
  })

  test('that has stopped costs the tracers of the application nothing more', () => {
    installInstrumentation()
    const { instrumentations, tracer } = start()
    instrumentations.giveWay(FAKE, tracer).startSpan('of the application').end()
    expect(instrumentations.giveWay(FAKE, tracer)).toBe(tracer)
  })
})

describe('an installed instrumentation that listens to what a library publishes', () => {
  test('is silent and disabled at once, once: both would write the headers of a request', () => {
    const installed = installInstrumentation([])
    const { instrumentations, tracer } = start()
    for (let time = 0; time < 2; time++) expect(instrumentations.giveWay(FAKE, tracer)).toBe(tracer)
    expect(installed.startSpan('after').isRecording()).toBe(false)
    expect(installed.disabled).toBe(1)
    expect(instrumentations.count).toBe(0)
  })

  test('is silent if disabling it throws, which does not reach the application', () => {
    const installed = installInstrumentation([], "throw new Error('cannot be disabled')")
    const { instrumentations, tracer } = start()
    expect(instrumentations.giveWay(FAKE, tracer)).toBe(tracer)
    expect(installed.disabled).toBe(1)
    expect(installed.startSpan('after').isRecording()).toBe(false)
  })
})

test('instrumentations that follow a provider are loaded once in a process, also by another copy of this package', () => {
  installInstrumentation()
  const first = start()
  const second = start()
  expect([first, second].map(({ instrumentations }) => instrumentations.count)).toEqual([1, 0])
})

test('none is loaded if none is wanted, and one that is wanted later is', () => {
  const installed = installInstrumentation()
  const instrumentations = new InstalledInstrumentations(
    () => new TracerProvider(),
    () => [],
  )
  instrumentations.start(false, log)
  expect(installed.provider).toBeUndefined()
  instrumentations.start(true, log)
  expect(installed.provider).toBeDefined()
})
