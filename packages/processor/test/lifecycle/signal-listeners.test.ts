import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { processStats, SessionSpanProcessor } from '@otel-sessions/processor'
import { endSessionsOnSignals, startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../../test/support/tracing.ts'

// A signal that nobody sends here; the process of the tests is not to end.
const SIGNAL = 'SIGUSR2'
const signals = [SIGNAL]
const raise = () => process.emit(SIGNAL, SIGNAL)
const listeners = () => process.listenerCount(SIGNAL)

const provider = { forceFlush: vi.fn(async () => {}) }
let remove = () => {}

beforeEach(() => {
  vi.spyOn(process, 'kill').mockReturnValue(true)
  vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
  provider.forceFlush.mockReset().mockResolvedValue()
})

afterEach(() => {
  remove()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  stopTracing()
})

/** Resolves when the signal is sent again. */
const raised = () => vi.waitUntil(() => vi.mocked(process.kill).mock.calls.length > 0)

async function problemsUntilRaised(): Promise<Record<string, number>> {
  const before: Record<string, number> = { ...processStats().problems }
  raise()
  await raised()
  const after = Object.entries(processStats().problems)
  return Object.fromEntries(
    after
      .map(([code, count]) => [code, count - (before[code] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  )
}

describe('listening to signals', () => {
  it('ends with what is returned, also if that is called twice', () => {
    remove = endSessionsOnSignals({ signals })
    expect(listeners()).toBe(1)
    remove()
    remove()
    expect(listeners()).toBe(0)
  })

  it('is not doubled by a second call: the last one holds, and the first can take nothing of it away', async () => {
    const first = endSessionsOnSignals({ signals: [SIGNAL, SIGNAL], provider })
    const last = { forceFlush: vi.fn(async () => {}) }
    remove = endSessionsOnSignals({ signals, provider: last })
    first()
    expect(listeners()).toBe(1)
    raise()
    await raised()
    expect(provider.forceFlush).not.toHaveBeenCalled()
    expect(last.forceFlush).toHaveBeenCalledTimes(1)
  })

  it('is over when the signal is sent again', async () => {
    remove = endSessionsOnSignals({ signals, provider })
    vi.mocked(process.kill).mockImplementation(() => {
      expect(listeners()).toBe(0)
      return true
    })
    raise()
    await raised()
    expect(process.kill).toHaveBeenCalledExactlyOnceWith(process.pid, SIGNAL)
    expect(process.exit).not.toHaveBeenCalled()
  })

  it('does not keep a process that may not send itself a signal: it exits', async () => {
    vi.mocked(process.kill).mockImplementation(() => expect.fail('no permission'))
    remove = endSessionsOnSignals({ signals, provider })
    raise()
    await raised()
    expect(process.exit).toHaveBeenCalledExactlyOnceWith(1)
  })

  it('is nothing where there are no signals, which is counted', () => {
    vi.stubGlobal('process', undefined)
    expect(
      problemsOf(
        () => processStats().problems,
        () => endSessionsOnSignals()(),
      ),
    ).toEqual({
      'signals:no-process': 1,
    })
  })
})

describe('the flush on a signal', () => {
  it('comes after the sessions have ended', async () => {
    const tracing = startTracing()
    provider.forceFlush.mockImplementation(async () => {
      expect(tracing.sessions()).toHaveProperty(['session.end'], 's1')
    })
    const session = startSession({ id: 's1' }, { tracerProvider: tracing.provider })
    remove = endSessionsOnSignals({ signals, provider })
    expect(await problemsUntilRaised()).toEqual({})
    expect(session.ended).toEqual({ state: 'indeterminate', reason: SIGNAL })
  })

  it('leaves no end behind, of however many sessions: a batch processor has a queue', async () => {
    let arrived = 0
    const exporter: SpanExporter = {
      export(spans, callback) {
        arrived += spans.filter(({ name }) => name === 'session.end').length
        callback({ code: 0 })
      },
      shutdown: async () => {},
    }
    const tracing = new BasicTracerProvider({
      spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
    })
    for (let index = 0; index < 5000; index++) {
      startSession({}, { tracerProvider: tracing })
      if (index % 1000 === 0) await tracing.forceFlush()
    }
    await tracing.forceFlush()
    remove = endSessionsOnSignals({ signals, provider: tracing })
    await problemsUntilRaised()
    expect(arrived).toBe(5000)
    await tracing.shutdown()
  })

  it('is of the global provider, where none is given', async () => {
    const tracing = startTracing()
    const forceFlush = vi.spyOn(tracing.provider, 'forceFlush')
    trace.setGlobalTracerProvider(tracing.provider)
    remove = endSessionsOnSignals({ signals })
    expect(await problemsUntilRaised()).toEqual({})
    expect(forceFlush).toHaveBeenCalledTimes(1)
  })

  it('is missed where there is no provider', async () => {
    remove = endSessionsOnSignals({ signals })
    expect(await problemsUntilRaised()).toEqual({ 'signals:no-flush': 1 })
  })

  it.each([
    ['throws', () => expect.fail('hostile')],
    ['rejects', () => Promise.reject(new Error('the collector is down'))],
  ])('that %s is counted, and the signal sent again all the same', async (_, forceFlush) => {
    remove = endSessionsOnSignals({ signals, provider: { forceFlush } })
    expect(await problemsUntilRaised()).toEqual({ 'signals:flush-failed': 1 })
  })

  it('that takes too long is counted, and the signal sent again when the time is over', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const never = { forceFlush: () => new Promise<void>(() => {}) }
    remove = endSessionsOnSignals({ signals, provider: never, timeoutMillis: 1000 })
    raise()
    vi.advanceTimersByTime(999)
    const counted = problemsOf(
      () => processStats().problems,
      () => vi.advanceTimersByTime(1),
    )
    expect(counted).toEqual({ 'signals:flush-late': 1 })
    return raised()
  })
})

describe('options that are wrong', () => {
  it.each([
    [{ signals: [] }, 'endSessionsOnSignals: option signals must be names of signals such as SIGTERM'],
    [{ signals: 'SIGTERM' }, 'it is a string of 7 characters'],
    [{ signals: ['SIGTREM'] }, 'endSessionsOnSignals: option signals'],
    [{ signals: ['TERM'] }, 'endSessionsOnSignals: option signals'],
    [{ signals: [SIGNAL, 'SIGKILL'] }, 'option signals: SIGKILL cannot be listened to'],
    [{ timeoutMillis: 0 }, 'option timeoutMillis must be a whole number from 1 to 2147483647, it is 0'],
    [{ provider: {} }, 'option provider must have a method forceFlush'],
    [{ timeout: 1 }, 'there is no option "timeout"'],
    [null, 'options must be an object, they are null'],
  ])('throw, are named, and change nothing: %j', (options, message) => {
    remove = endSessionsOnSignals({ signals })
    expect(() => endSessionsOnSignals(options as never)).toThrow(message)
    expect(listeners()).toBe(1)
  })
})
