import type { Span, Tracer } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, onTestFinished, test } from 'vitest'
import { InstalledInstrumentations } from '../../src/join/instrumentations.ts'
import { OwnSpans } from '../../src/join/own-spans.ts'
import { FAKE, installInstrumentation } from './support.ts'

const log = { inform: () => {}, warn: () => {}, none: () => {}, preload: '' }

/**
 * The instrumentations that are installed, started with a provider, and the spans that it has made.
 *
 * @param isOfOther whether the provider is of another SDK
 */
function start({ isOfOther = false } = {}) {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  onTestFinished(() => provider.shutdown())
  const instrumentations = new InstalledInstrumentations(
    () => provider,
    () => [],
    () => isOfOther,
  )
  instrumentations.start(true, log)
  const names = () => exporter.getFinishedSpans().map(({ name }) => name)
  return { instrumentations, provider, tracer: provider.getTracer(FAKE), names }
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

describe('beside another SDK, an installed instrumentation', () => {
  test('is silent if that SDK has not the same', () => {
    const installed = installInstrumentation()
    installed.reach()
    const { instrumentations, tracer } = start({ isOfOther: true })
    instrumentations.giveWay('@opentelemetry/instrumentation-other', tracer)
    expect(installed.startSpan('of the installed').isRecording()).toBe(false)
  })

  test('is silent if that SDK has the same, and is there before its library: it instruments it by itself', () => {
    const installed = installInstrumentation()
    const { instrumentations, tracer } = start({ isOfOther: true })
    instrumentations.giveWay(FAKE, tracer)
    installed.reach()
    // It is asked for when it is constructed, and once more when it is registered.
    instrumentations.giveWay(FAKE, tracer)
    expect(installed.startSpan('of the installed').isRecording()).toBe(false)
  })

  test('makes the spans of one that is there after its library, until that one makes any', () => {
    const installed = installInstrumentation()
    installed.reach()
    const { instrumentations, tracer, names } = start({ isOfOther: true })
    const theirs = instrumentations.giveWay(FAKE, tracer)
    installed.startSpan('of the installed').end()
    theirs.startSpan('of the application').end()
    expect(installed.startSpan('after').isRecording()).toBe(false)
    expect(names()).toEqual(['of the installed', 'of the application'])
  })

  test('knows it by a file of its library, too', () => {
    const installed = installInstrumentation()
    installed.reach('files')
    const { instrumentations, tracer } = start({ isOfOther: true })
    instrumentations.giveWay(FAKE, tracer)
    expect(installed.startSpan('of the installed').isRecording()).toBe(true)
  })

  test.each(WAYS)('notices spans of one that has its tracer from the provider itself, by %s', (_, make) => {
    const installed = installInstrumentation()
    installed.reach()
    const { instrumentations, provider, tracer, names } = start({ isOfOther: true })
    instrumentations.noticeSpansOf(provider as object)
    instrumentations.giveWay(FAKE, tracer)
    for (let time = 0; time < 2; time++) installed.startSpan('of the installed').end()
    installed.startActiveSpan('of the installed', (span) => {
      expect(span.isRecording()).toBe(true)
      span.end()
    })
    make(tracer)
    expect(installed.startSpan('after').isRecording()).toBe(false)
    expect(names()).toEqual([...Array(3).fill('of the installed'), 'of the application'])
  })

  test('notices a span that is made within one of its own', () => {
    const installed = installInstrumentation()
    installed.reach()
    const { instrumentations, provider, tracer } = start({ isOfOther: true })
    instrumentations.noticeSpansOf(provider as object)
    instrumentations.giveWay(FAKE, tracer)
    installed.startActiveSpan('of the installed', () => tracer.startSpan('within').end())
    expect(installed.startSpan('after').isRecording()).toBe(false)
  })

  test.each([{}, { _activeSpanProcessor: { _spanProcessors: new Map() } }])(
    'does no harm to a provider whose processors are not to be found: %o',
    (provider) => {
      installInstrumentation()
      const { instrumentations } = start()
      expect(() => instrumentations.noticeSpansOf(provider as object)).not.toThrow()
    },
  )

  test('adds no processor where none is installed', () => {
    const processors: never[] = []
    const instrumentations = new InstalledInstrumentations(
      () => new TracerProvider(),
      () => [],
      () => true,
    )
    instrumentations.noticeSpansOf({ _activeSpanProcessor: { _spanProcessors: processors } })
    expect(processors).toEqual([])
  })

  test.each(['instrumentationScope', 'instrumentationLibrary'])('knows spans by their %s', (property) => {
    const names: string[] = []
    const { onStart } = new OwnSpans().noticeOthers((name) => names.push(name))
    onStart({ [property]: { name: FAKE } } as never, undefined as never)
    onStart({} as never, undefined as never)
    expect(names).toEqual([FAKE])
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
    () => false,
  )
  instrumentations.start(false, log)
  expect(installed.provider).toBeUndefined()
  instrumentations.start(true, log)
  expect(installed.provider).toBeDefined()
})
