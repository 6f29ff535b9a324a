import { context, type Span, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { backfill, langfuse, sessionProcessors, usingSession } from 'otel-sessions'
import { describe, expect, test } from 'vitest'
import { inSpan, Recorder, start } from './support.ts'

/** Removes what must not leave the process, as a processor before the one that exports often does. */
class Redactor extends Recorder {
  override onEnd(span: ReadableSpan): void {
    super.onEnd(span)
    span.attributes['card'] = 'REDACTED'
    Object.assign(span, { name: `${span.name}, redacted` })
  }
}

const secret = { attributes: { card: '4111 1111 1111 1111' } }
const sent = ({ ended }: Recorder) => ended.map(({ attributes, name }) => [name, attributes['card']])

describe('several processors', () => {
  test.each([
    ['without a change', {}],
    ['with the key of a backend', { backends: [langfuse] }],
    ['without backfill', { backends: [langfuse], backfill: false as const }],
  ])('see what those before them have written to an ended span: %s', (_, options) => {
    const [before, redactor, after] = [new Recorder(), new Redactor(), new Recorder()]
    const { tracer } = start([before, redactor, after], options)
    usingSession('user_a_conv', () => tracer.startSpan('pay', secret).end())
    expect(sent(after)).toEqual([['pay, redacted', 'REDACTED']])
    // They have it in common.
    expect(before.ended[0]).toBe(after.ended[0])
  })

  test.each([
    ['few', 10],
    ['more than a burst', 1_500],
  ])('see it on spans that have waited for their trace, too: %s', async (_, count) => {
    const [redactor, after] = [new Redactor(), new Recorder()]
    // The one that exports is ready before the other one.
    redactor.forceFlush = () => new Promise((resolve) => setImmediate(resolve))
    const { tracer, provider } = start([redactor, after], { backfill: backfill({ maxSpans: 10_000 }) })
    const root = tracer.startSpan('request', secret)
    context.with(trace.setSpan(context.active(), root), () => {
      for (let index = 0; index < count; index++) tracer.startSpan('query', secret).end()
      usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    })
    root.end()
    await provider.forceFlush()
    expect(after.ended).toHaveLength(count + 2)
    expect(new Set(sent(after).map(([, card]) => card))).toEqual(new Set(['REDACTED']))
    expect(sent(after).at(-1)?.[0]).toBe('request, redacted')
    expect(new Set(after.ended.map(({ attributes }) => attributes['session.id']))).toEqual(
      new Set(['user_a_conv']),
    )
  })

  test('get a span that cannot be read, each of them, as without us', () => {
    const [first, second] = [new Recorder(), new Recorder()]
    const { tracer, processors } = start([first, second], { backfill: false })
    const span = tracer.startSpan('step')
    Object.defineProperty(span, 'attributes', {
      get() {
        throw new Error('unreadable')
      },
    })
    span.end()
    expect([first.calls, second.calls]).toEqual([['step'], ['step']])
    expect(processors[1]?.stats().session?.unreadable).toBe(1)
  })

  test('get each span once although one of them ends other spans', () => {
    const spans = new Map<unknown, Span>()
    class Ending extends Recorder {
      override onEnd(span: ReadableSpan): void {
        super.onEnd(span)
        spans.get(span.name)?.end()
      }
    }
    const all = [new Recorder(), new Ending(), new Recorder()]
    const { tracer } = start(all, { backends: [langfuse] })
    const [one, two, three] = ['one', 'two', 'three'].map((name) =>
      usingSession(name, () => tracer.startSpan(name)),
    )
    spans.set('one', two as Span).set('two', three as Span)
    one?.end()
    for (const { ended } of all) {
      expect(ended.map(({ name }) => name).sort()).toEqual(['one', 'three', 'two'])
      for (const span of ended) expect(span.attributes['langfuse.session.id']).toBe(span.name)
    }
  })

  test('on different providers get the spans of their own', () => {
    const [one, other] = [new Recorder(), new Recorder()]
    const [ours, a, b] = sessionProcessors([one, other])
    const providers = [a, b].map((each) => new BasicTracerProvider({ spanProcessors: [ours, each as never] }))
    providers.forEach((provider, index) => {
      const tracer = provider.getTracer('test')
      inSpan(tracer, `request ${index}`, () => inSpan(tracer, `waiting ${index}`, () => {}))
    })
    expect(one.calls).toEqual(['waiting 0', 'request 0'])
    expect(other.calls).toEqual(['waiting 1', 'request 1'])
  })

  test('count their spans together, and what fails apart', () => {
    const [one, other] = [new Recorder(), new Recorder()]
    one.onEnd = () => {
      throw new Error('full')
    }
    const { tracer, processors } = start([one, other])
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    const [, a, b] = processors
    expect(a?.stats().session).toMatchObject({ spans: 1 })
    expect(b?.stats().session).toEqual(a?.stats().session)
    expect([a?.stats().failures, b?.stats().failures]).toEqual([{ onEnd: 1 }, {}])
    expect(other.sessions).toEqual({ step: 'user_a_conv' })
  })
})
