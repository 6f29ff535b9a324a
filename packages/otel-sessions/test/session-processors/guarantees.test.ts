import { context, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { CREATE_BUFFER, type CreateBuffer } from '@otel-sessions/exporter/internal'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { backfill, langfuse, type SpanProcessorLike, sessionProcessors, usingSession } from 'otel-sessions'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { inSpan, Recorder, start } from './support.ts'

beforeEach(() => {
  resetProcessState()
  return stopTracing
})

/** The same, with a property that throws when it is read. */
function throwing<T extends object>(of: T, key: string): T & Record<string, never> {
  const get = () => {
    throw new Error('unreadable')
  }
  return Object.defineProperty(of, key, { get }) as T & Record<string, never>
}

/** What a span shows to exporters, as a plain object. */
function readable(of: object) {
  const { name, kind, status, resource, ended, attributes, links, events } = of as ReadableSpan
  const spanContext = () => (of as ReadableSpan).spanContext()
  return { spanContext, name, kind, status, resource, ended, attributes, links, events }
}

/** With methods and getters that cannot be overridden by an assignment, as in a hardened realm. */
class Frozen {
  readonly #span: ReadableSpan
  readonly extra = 'mine'

  constructor(span: object) {
    this.#span = span as ReadableSpan
  }

  spanContext() {
    return this.#span.spanContext()
  }

  get name() {
    return this.#span.name
  }

  get resource() {
    return this.#span.resource
  }

  get ended() {
    return this.#span.ended
  }

  get attributes() {
    return this.#span.attributes
  }
}

/** The same, with properties of a span that no loop finds. */
function withHidden<T extends object>(span: T): T {
  for (const name of ['name', 'resource', 'attributes']) {
    Object.defineProperty(span, name, { enumerable: false, writable: false })
  }
  return span
}

describe('a processor behind it', () => {
  test('gets the span itself when it starts, and when it ends if nothing is changed', () => {
    const inner = new Recorder()
    const { tracer } = start([inner])
    const span = usingSession('user_a_conv', () => tracer.startSpan('step'))
    span.end()
    expect(inner.started).toEqual([span])
    expect(inner.started[0]).toBe(span)
    expect(inner.ended[0]).toBe(span)
  })

  test('gets a copy with every property of the span, each of which it can write, if something is changed', () => {
    const inner = new Recorder()
    const { tracer } = start([inner], { backends: [langfuse] })
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      traceFlags: 1,
    })
    const span = context.with(parent, () =>
      usingSession('user_a_conv', () => tracer.startSpan('step', { kind: SpanKind.CLIENT })),
    ) as unknown as ReadableSpan
    ;(span as unknown as { end(): void }).end()
    const copy = inner.ended[0] as ReadableSpan & Record<string, unknown>
    expect(copy).not.toBe(span)
    expect(copy.spanContext()).toBe(span.spanContext())
    const names = [
      ...[
        'name',
        'kind',
        'startTime',
        'endTime',
        'status',
        'links',
        'events',
        'duration',
        'ended',
        'resource',
      ],
      ...['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount'],
      ...['parentSpanContext', 'instrumentationScope'],
    ]
    expect(Object.keys(copy)).toEqual(expect.arrayContaining([...names, ...Object.keys(span)]))
    for (const name of names as (keyof ReadableSpan)[]) {
      const before = span[name]
      expect(copy[name]).toBe(before)
      // As OpenInference and AWS do.
      ;(copy as Record<string, unknown>)[name] = 'written'
      expect(Reflect.set(copy, name, 'rewritten')).toBe(true)
      expect(copy[name]).toBe('rewritten')
      expect(span[name]).toBe(before)
    }
    expect(span.attributes).toEqual({ 'session.id': 'user_a_conv' })
  })

  test('gets a copy with the methods and the class of the span, and with all that it has set on it, hidden fields too', () => {
    const [field, hidden] = [Symbol('field'), Symbol.for('sentry.otelSourceInference')]
    const inner = new Recorder()
    inner.onStart = (span) => {
      Object.assign(span as object, { tenant: 'acme', [field]: 'acme' })
      Object.defineProperty(span, '_sentryScope', { value: 'scope', writable: true, configurable: true })
      Object.defineProperty(span, hidden, { value: true, writable: true, configurable: true })
    }
    const { tracer } = start([inner], { backends: [langfuse] })
    const span = usingSession('user_a_conv', () => tracer.startSpan('step')) as Span & ReadableSpan
    span.end()
    const copy = inner.ended[0] as Span & ReadableSpan & Record<string | symbol, unknown>
    expect(copy).not.toBe(span)
    expect(copy.attributes).toMatchObject({ 'langfuse.session.id': 'user_a_conv' })
    expect([copy['tenant'], copy[field], copy['_sentryScope'], copy[hidden]]).toEqual([
      'acme',
      'acme',
      'scope',
      true,
    ])
    expect(Object.keys(copy)).not.toContain('_sentryScope')
    expect(copy).toBeInstanceOf(span.constructor)
    expect(copy.constructor.name).toBe(span.constructor.name)
    // As on the span, they have no effect, because it has ended.
    expect(copy.isRecording()).toBe(false)
    expect(copy.setAttribute('late', 1).updateName('late')).toBe(copy)
    copy.end()
    expect([copy.name, Object.keys(copy.attributes), span.name]).toEqual([
      'step',
      ['session.id', 'langfuse.session.id'],
      'step',
    ])
    expect(inner.ended).toHaveLength(1)
  })

  test.each([
    ['a plain object', (span: object) => ({ ...readable(span), extra: 'mine' })],
    [
      'an object without a prototype',
      (span: object) => ({ __proto__: null, ...readable(span), extra: 'mine' }),
    ],
    [
      'of a frozen class',
      (span: object) => new (Object.freeze(Frozen.prototype).constructor as typeof Frozen)(span),
    ],
    ['a proxy', (span: object) => new Proxy(Object.assign(span, { extra: 'mine' }), {})],
    ['with hidden fields', (span: object) => withHidden({ ...readable(span), extra: 'mine' })],
  ])('gets a copy of a span that is %s, with everything that it has', (_, make) => {
    const inner = new Recorder()
    const { tracer, processors } = start([inner], { backends: [langfuse] })
    const ended = usingSession('user_a_conv', () => tracer.startSpan('step'))
    ended.setAttribute('own', 1)
    const span = make(ended) as unknown as ReadableSpan
    processors[1]?.onEnd(span)
    const copy = inner.ended[0] as ReadableSpan & { extra: string }
    expect(copy).not.toBe(span)
    expect([copy.name, copy.extra, copy.ended, copy.spanContext()]).toEqual([
      'step',
      'mine',
      false,
      ended.spanContext(),
    ])
    expect(copy.attributes).toMatchObject({ own: 1, 'langfuse.session.id': 'user_a_conv' })
    for (const name of ['name', 'ended', 'resource']) expect(Reflect.set(copy, name, 'written')).toBe(true)
    expect([copy.name, copy.ended, copy.resource]).toEqual(['written', 'written', 'written'])
  })

  test('gets what can be read of a span with a field that throws', () => {
    const inner = new Recorder()
    const { tracer } = start([inner], { backends: [langfuse] })
    const span = usingSession('user_a_conv', () => tracer.startSpan('step'))
    Object.defineProperty(span, 'extra', {
      enumerable: true,
      get: () => {
        throw new Error('unreadable')
      },
    })
    span.end()
    expect(inner.ended.map(({ name, attributes }) => [name, attributes['langfuse.session.id']])).toEqual([
      ['step', 'user_a_conv'],
    ])
  })

  test('is asked before a span ends only if it has onEnding', () => {
    const endings: unknown[] = []
    const asked = Object.assign(new Recorder(), { onEnding: (span: unknown) => endings.push(span) })
    const { tracer, processors } = start([new Recorder(), asked as unknown as SpanProcessor])
    expect(processors.map((each) => 'onEnding' in each)).toEqual([true, false, true])
    const span = tracer.startSpan('step')
    span.end()
    expect(endings[0]).toBe(span)
  })

  test.each(['onStart', 'onEnding', 'onEnd'] as const)(
    'may throw in %s: the application does not notice, the others get their spans, it is counted and logged once',
    (method) => {
      const warnings = collectWarnings()
      class Hostile extends Recorder {}
      const hostile = new Hostile()
      Object.assign(hostile, {
        [method]: () => {
          throw new RangeError('of user_a_conv')
        },
      })
      const other = new Recorder()
      const { tracer, processors } = start([hostile, other])
      usingSession('user_a_conv', () => {
        for (const name of ['one', 'two']) inSpan(tracer, name, () => {})
      })
      expect(other.sessions).toEqual({ one: 'user_a_conv', two: 'user_a_conv' })
      expect(processors[1]?.stats().failures).toEqual({ [method]: 2 })
      expect(processors[2]?.stats().failures).toEqual({})
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain(`Hostile.${method} threw RangeError; counted in stats().failures`)
      expect(warnings[0]).not.toContain('user_a_conv')
    },
  )

  test.each(['onStart', 'onEnding', 'onEnd'] as const)(
    'may reject in an async %s: nobody notices, the others get their spans, it is counted and logged once',
    async (method) => {
      const warnings = collectWarnings()
      const unhandled: unknown[] = []
      const note = (error: unknown) => unhandled.push(error)
      process.on('unhandledRejection', note)
      onTestFinished(() => void process.off('unhandledRejection', note))
      const hostile = Object.assign(new Recorder(), {
        [method]: async () => {
          throw new RangeError('of user_a_conv')
        },
      })
      const other = new Recorder()
      const { tracer, processors } = start([hostile, other])
      usingSession('user_a_conv', () => {
        for (const name of ['one', 'two']) inSpan(tracer, name, () => {})
      })
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
      expect(other.sessions).toEqual({ one: 'user_a_conv', two: 'user_a_conv' })
      expect(processors[1]?.stats().failures).toEqual({ [method]: 2 })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain(`Recorder.${method} threw RangeError; counted in stats().failures`)
    },
  )

  test.each([
    [
      'throws what throws when it is read',
      (recorder: Recorder) =>
        Object.assign(recorder, {
          onEnd: () => {
            throw throwing({}, 'name')
          },
        }),
    ],
    [
      'has a constructor that throws',
      (recorder: Recorder) =>
        throwing(
          Object.assign(recorder, {
            onEnd: () => {
              throw new Error('thrown')
            },
          }),
          'constructor',
        ),
    ],
  ])('may be one that %s: the failure is counted all the same', (_, make) => {
    const { tracer, processors } = start([make(new Recorder())])
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    expect(processors[1]?.stats().failures).toEqual({ onEnd: 1 })
  })

  test.each([
    ['whose onEnding throws when it is read', (recorder: Recorder) => throwing(recorder, 'onEnding')],
    ['that is frozen', (recorder: Recorder) => Object.freeze(recorder)],
    [
      'whose stats() throws',
      (recorder: Recorder) => Object.assign(recorder, { stats: () => throwing({}, 'x')['x'] }),
    ],
    [
      'that is a proxy which throws for all that it does not have',
      (recorder: Recorder) =>
        new Proxy(recorder, {
          get: (target, key) => {
            if (key in target) return target[key as keyof Recorder]
            throw new Error(`there is no ${String(key)}`)
          },
        }),
    ],
  ])('may be one %s: it gets its spans', (_, make) => {
    const inner = new Recorder()
    const { tracer } = start([make(inner)])
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    expect(inner.sessions).toEqual({ step: 'user_a_conv' })
  })

  test('is named by its place in the array if its onEnd throws when it is read', () => {
    const list = [new Recorder(), throwing(new Recorder(), 'onEnd')]
    expect(() => sessionProcessors(list)).toThrow(
      new TypeError(
        'sessionProcessors: spanProcessors[1] must be a span processor, with onStart and onEnd; it is a value of type object',
      ),
    )
  })

  test('may throw, reject or lack forceFlush and shutdown: the provider gets what it would get without us', async () => {
    const failing = (message: string) => async () => {
      throw new Error(message)
    }
    const rejecting = Object.assign(new Recorder(), {
      forceFlush: failing('flush'),
      shutdown: failing('shutdown'),
    })
    const throwing = Object.assign(new Recorder(), {
      forceFlush: () => {
        throw new Error('thrown')
      },
    })
    const lacking = { onStart: () => {}, onEnd: () => {} } as unknown as SpanProcessorLike
    const [, a, b, c] = sessionProcessors([rejecting, throwing, lacking])
    await expect(a?.forceFlush()).rejects.toThrow('flush')
    await expect(a?.shutdown()).rejects.toThrow('shutdown')
    await expect(b?.forceFlush()).rejects.toThrow('thrown')
    await expect(c?.forceFlush()).resolves.toBeUndefined()
    await expect(c?.shutdown()).resolves.toBeUndefined()
  })
})

describe('spans that wait for their trace', () => {
  test('come before the parent that completes it', () => {
    const inner = new Recorder()
    const { tracer } = start([inner])
    inSpan(tracer, 'request', () => {
      inSpan(tracer, 'lookup', () => {})
      usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    })
    expect(inner.calls).toEqual(['step', 'lookup', 'request'])
  })

  test.each(['forceFlush', 'shutdown'] as const)(
    'are passed on by %s of the provider, before it',
    async (method) => {
      const inner = new Recorder()
      const { tracer, provider, processors } = start([inner])
      const open = tracer.startSpan('open')
      context.with(trace.setSpan(context.active(), open), () => inSpan(tracer, 'waiting', () => {}))
      expect(inner.calls).toEqual([])
      expect(processors[1]?.stats().session?.waiting).toBe(1)
      await provider[method]()
      expect(inner.calls.slice(0, 2)).toEqual(['waiting', method])
      expect(processors[1]?.stats().session).toMatchObject({
        waiting: 0,
        spans: 1,
        notBackfilled: { flush: 1 },
      })
      open.end()
    },
  )

  test('do not delay a flush or a shutdown if there are none: the processor is called in the same call', () => {
    const inner = new Recorder()
    const { processors } = start([inner])
    void processors[1]?.forceFlush()
    void processors[1]?.shutdown()
    expect(inner.calls).toEqual(['forceFlush', 'shutdown'])
  })

  test('are passed on by a flush of the processor alone, too', async () => {
    const inner = new Recorder()
    const { tracer, processors } = start([inner])
    const open = tracer.startSpan('open')
    context.with(trace.setSpan(context.active(), open), () => inSpan(tracer, 'waiting', () => {}))
    await processors[1]?.forceFlush()
    expect(inner.calls).toEqual(['waiting', 'forceFlush'])
  })

  test('are not passed on in the context of another request', () => {
    const key = Symbol('request')
    const seen: unknown[] = []
    const inner = new Recorder()
    const { tracer } = start([inner])
    inner.onEnd = (span) => {
      seen.push([span.name, context.active().getValue(key)])
    }
    const root = context.with(ROOT_CONTEXT.setValue(key, 'A'), () => {
      const root = tracer.startSpan('root')
      context.with(trace.setSpan(context.active(), root), () => inSpan(tracer, 'waiting', () => {}))
      return root
    })
    context.with(ROOT_CONTEXT.setValue(key, 'B'), () => root.end())
    expect(seen).toEqual([
      ['waiting', undefined],
      ['root', 'B'],
    ])
  })
})

describe('the array', () => {
  test('is a new one, and the one that was given stays as it is', () => {
    const given = [new Recorder()]
    const before = [...given]
    const made = sessionProcessors(given)
    expect(made).not.toBe(given)
    expect(given).toEqual(before)
    expect(sessionProcessors([])).toHaveLength(1)
  })

  test('without a processor that exports: no span is exported, which is logged once', () => {
    const warnings = collectWarnings()
    sessionProcessors([new Recorder()])
    expect(warnings).toEqual([])
    const [ours] = sessionProcessors([])
    sessionProcessors([ours as unknown as SpanProcessor])
    expect(warnings).toEqual([expect.stringContaining('sessionProcessors got no processor that exports')])
  })

  test('with a SessionSpanProcessor: it comes first, and there is no second one', () => {
    const [ours] = sessionProcessors([])
    const inner = new Recorder()
    const { tracer, processors } = start([inner, ours as unknown as SpanProcessor])
    expect(processors).toHaveLength(2)
    expect(processors[0]).toBe(ours)
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    expect(inner.sessions).toEqual({ step: 'user_a_conv' })
    expect(ours.stats()).toMatchObject({ started: { explicit: 1 }, skipped: 0 })
  })

  test('that was passed through it before stays the same, and options that come too late are logged once', () => {
    const warnings = collectWarnings()
    const inner = new Recorder()
    const once = sessionProcessors([inner], { backends: [langfuse] })
    const twice = sessionProcessors(once)
    expect(twice).toEqual(once)
    expect(twice.map((each, index) => each === once[index])).toEqual([true, true])
    expect(warnings).toEqual([])
    for (let count = 0; count < 2; count++) sessionProcessors(once, { backends: [], onOverwrite: 'accept' })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('onOverwrite have no effect on the SessionSpanProcessor in the array')
    expect(warnings[1]).toContain(
      'backends have no effect on a processor that sessionProcessors has returned before',
    )
  })

  test('with a processor around a SessionSpanExporter: that validates, once', async () => {
    const warnings = collectWarnings()
    const memory = new InMemorySpanExporter()
    const exporter = new SessionSpanExporter<ReadableSpan>(memory, { onInvalid: () => 'replaced' })
    const { tracer, processors, provider } = start([new BatchSpanProcessor(exporter)], {
      backends: [langfuse],
    })
    usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    tracer.startSpan('invalid', { attributes: { 'session.id': 'x'.repeat(300) } }).end()
    await provider.forceFlush()
    expect(memory.getFinishedSpans().map(({ attributes }) => attributes['session.id'])).toEqual([
      'user_a_conv',
      'replaced',
    ])
    expect(processors[1]?.stats().session).toEqual(exporter.stats())
    const ignored = warnings.filter((line) => line.includes('no effect'))
    expect(ignored).toHaveLength(1)
    expect(ignored[0]).toContain('backends have no effect on BatchSpanProcessor around a SessionSpanExporter')
  })
})

describe('options', () => {
  test.each([
    [{ backend: [] }, 'there is no option "backend"'],
    [
      { backends: 'langfuse' },
      'option backends must be an array of backends, it is a string of 8 characters',
    ],
    [
      { backends: ['langfuse'] },
      "option backends[0] must be a backend, it is a string of 8 characters: import one from 'otel-sessions'",
    ],
    [
      { backfill: true },
      "option backfill must be false or made by backfill(), it is a value of type boolean: import { backfill } from 'otel-sessions'",
    ],
    [{ onInvalid: 'keep' }, "option onInvalid must be 'drop' or a function"],
    [{ aliases: 'thread_id' }, 'option aliases must be an array'],
    [{ maxLength: 200 }, 'option maxLength must be a whole number from 1 to 199, it is 200'],
    [{ onOverwrite: 'keep' }, "option onOverwrite must be 'restore' or 'accept'"],
    [{ inferFromChildren: 1 }, 'option inferFromChildren must be true or false'],
    [{ defaultSession: 'schön' }, 'option defaultSession must be a session ID'],
    ['options', 'options must be an object, they are a string of 7 characters'],
  ])('that are wrong are named, whatever the processors are: %j', (options, message) => {
    for (const list of [[], [new Recorder()], sessionProcessors([new Recorder()])]) {
      expect(() => sessionProcessors(list as SpanProcessor[], options as never)).toThrow(
        `sessionProcessors: ${message}`,
      )
    }
  })

  test('make one buffer for a call, whatever the processors are', () => {
    const create = vi.fn(backfill()[CREATE_BUFFER] as CreateBuffer)
    sessionProcessors([new Recorder(), new Recorder()], { backfill: { [CREATE_BUFFER]: create } })
    expect(create).toHaveBeenCalledTimes(1)
  })

  test('reach what they are for: aliases and maxLength both sides', () => {
    const inner = new Recorder()
    const { tracer } = start([inner], {
      aliases: ['my.session'],
      maxLength: 20,
      onInvalid: (id) => id.slice(0, 20),
      onOverwrite: 'accept',
    })
    const attributes = (name: string) => inner.ended.find((span) => span.name === name)?.attributes
    tracer.startSpan('alias', { attributes: { 'my.session': 'mine' } }).end()
    tracer.startSpan('other', { attributes: { thread_id: 'theirs' } }).end()
    tracer.startSpan('long', { attributes: { 'session.id': 'x'.repeat(30) } }).end()
    usingSession('user_a_conv', () => {
      const span = tracer.startSpan('overwritten')
      span.setAttribute('session.id', 'later')
      span.end()
    })
    expect(attributes('alias')?.['session.id']).toBe('mine')
    expect(attributes('other')?.['session.id']).toBeUndefined()
    expect(attributes('long')?.['session.id']).toBe('x'.repeat(20))
    expect(attributes('overwritten')?.['session.id']).toBe('later')
  })
})

test('two providers in one process: each processor gets the spans of its provider, with their sessions', async () => {
  const [one, other] = [new Recorder(), new Recorder()]
  const [a, b] = [start([one]), start([other])]
  inSpan(a.tracer, 'request', () => {
    inSpan(b.tracer, 'job', () => usingSession('user_a_conv', () => inSpan(a.tracer, 'step', () => {})))
  })
  await Promise.all([a.provider.forceFlush(), b.provider.forceFlush()])
  expect(Object.keys(one.sessions).sort()).toEqual(['request', 'step'])
  expect(one.sessions['step']).toBe('user_a_conv')
  expect(Object.keys(other.sessions)).toEqual(['job'])
})

test.each([undefined, false as const])(
  'a span that throws when it is read reaches the processor, and no error the application: backfill %s',
  (backfill) => {
    const recorder = new Recorder()
    const [, front] = start([recorder], { backfill }).processors
    const broken = {
      name: 'broken',
      attributes: {},
      spanContext(): never {
        throw new Error('no context')
      },
    }
    expect(() => front?.onEnd(broken as never)).not.toThrow()
    expect(recorder.ended).toEqual([broken])
    expect(front?.stats().session).toMatchObject({ spans: 1, unreadable: 1 })
  },
)
