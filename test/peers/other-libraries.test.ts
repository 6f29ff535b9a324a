// Tests with the other libraries themselves: their helper inside and around ours, their processor before ours, after
// it, and not registered.

import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { getSession, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LIBRARIES, type OtherLibrary } from './libraries.ts'

const A = 'ours_a'
const B = 'theirs_b'

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => {
  context.disable()
  trace.disable()
})

const ORDERS = [
  'without its processor',
  'with its processor before ours',
  'with its processor after ours',
] as const

async function start(library: OtherLibrary, order: (typeof ORDERS)[number]) {
  const { inside, processor } = await library.load()
  const memory = new InMemorySpanExporter()
  const ours = new SessionSpanProcessor()
  const both = order === ORDERS[0] ? [ours] : order === ORDERS[1] ? [processor, ours] : [ours, processor]
  const provider = new BasicTracerProvider({
    spanProcessors: [...both, new SimpleSpanProcessor(new SessionSpanExporter(memory))],
  })
  trace.setGlobalTracerProvider(provider)
  const tracer = provider.getTracer('application')
  return {
    inside,
    tracer,
    /** A span with a child, like those of an application and a library. */
    work: () =>
      tracer.startActiveSpan('work', (span) => {
        tracer.startSpan('below').end()
        span.end()
      }),
    attributes: () =>
      memory
        .getFinishedSpans()
        .filter(({ instrumentationScope }) => instrumentationScope.name === 'application')
        .map(({ attributes }) => attributes),
    sessions: () =>
      memory
        .getFinishedSpans()
        .filter(({ instrumentationScope }) => instrumentationScope.name === 'application')
        .map(({ name, attributes }) => `${name}: ${attributes['session.id'] ?? 'none'}`),
  }
}

for (const library of LIBRARIES) {
  for (const order of ORDERS) {
    describe(`${library.name}, ${order}`, () => {
      test('sets the session of every span inside', async () => {
        const { inside, work, sessions } = await start(library, order)
        await inside(B, async () => {
          work()
          await Promise.resolve()
          work()
        })
        expect(sessions()).toEqual([`below: ${B}`, `work: ${B}`, `below: ${B}`, `work: ${B}`])
      })

      test('is what getSession returns, as inferred', async () => {
        const { inside } = await start(library, order)
        await inside(B, async () => expect(getSession()).toMatchObject({ sessionId: B, source: 'inferred' }))
      })

      test('sets the session of the span without a session under which it is called', async () => {
        const { inside, tracer, work, sessions } = await start(library, order)
        await tracer.startActiveSpan('request', async (span) => {
          await inside(B, async () => work())
          span.end()
        })
        expect(sessions()).toEqual([`below: ${B}`, `work: ${B}`, `request: ${B}`])
      })

      test('is overridden by usingSession, around it or inside', async () => {
        const { inside, work, sessions } = await start(library, order)
        await usingSession(A, () => inside(B, async () => work()))
        await inside(B, async () => usingSession(A, work))
        expect(sessions()).toEqual([`below: ${A}`, `work: ${A}`, `below: ${A}`, `work: ${A}`])
      })

      test('is overridden by a cleared session', async () => {
        const { inside, work, sessions } = await start(library, order)
        await usingSession(null, () => inside(B, async () => work()))
        expect(sessions()).toEqual(['below: none', 'work: none'])
      })

      test('is overridden by a session.id passed to startSpan, unless its own processor overwrites that', async () => {
        const { inside, tracer, sessions } = await start(library, order)
        await inside(B, async () => tracer.startSpan('own', { attributes: { 'session.id': 'own_c' } }).end())
        const isOverwritten = library.overwrites && order !== ORDERS[0]
        expect(sessions()).toEqual([`own: ${isOverwritten ? B : 'own_c'}`])
      })

      test('keeps two concurrent sessions apart', async () => {
        const { inside, work, attributes } = await start(library, order)
        const session = (id: string) =>
          inside(id, async () => {
            for (let turn = 0; turn < 3; turn++) {
              await Promise.resolve()
              work()
            }
          })
        await Promise.all([session('theirs_1'), session('theirs_2')])
        const names = attributes().map((each) => each['session.id'])
        expect(names.sort()).toEqual([...Array(6).fill('theirs_1'), ...Array(6).fill('theirs_2')])
      })

      test('sets no session outside', async () => {
        const { inside, work, sessions } = await start(library, order)
        await inside(B, async () => {})
        context.with(ROOT_CONTEXT, work)
        expect(sessions()).toEqual(['below: none', 'work: none'])
      })
    })
  }
}
