import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { processStats, SessionSpanProcessor } from '@otel-sessions/processor'
import { endSessionsOnSignals, startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problemsOf, startTracing, stopTracing } from '../../../../../test/support/tracing.ts'

// A signal that nothing else sends. It must not end the test process.
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
const raised = () => vi.waitUntil(() => vi.mocked(process.kill).mock.calls.length > 0, 60_000)

/** Returns a function that tells how often each problem was counted since. */
function countProblems(): () => Record<string, number> {
  const before: Record<string, number> = { ...processStats().problems }
  return () =>
    Object.fromEntries(
      Object.entries(processStats().problems)
        .map(([code, count]) => [code, count - (before[code] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    )
}

async function problemsUntilRaised(): Promise<Record<string, number>> {
  const problems = countProblems()
  raise()
  await raised()
  return problems()
}

describe('listening to signals', () => {
  it('stops when the returned function is called, once or twice', () => {
    remove = endSessionsOnSignals({ signals })
    expect(listeners()).toBe(1)
    remove()
    remove()
    expect(listeners()).toBe(0)
  })

  it('is replaced by a second call, and the first returned function no longer removes anything', async () => {
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

  it('stops before the signal is sent again', async () => {
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

  it('exits where the process may not send itself a signal', async () => {
    vi.mocked(process.kill).mockImplementation(() => expect.fail('no permission'))
    remove = endSessionsOnSignals({ signals, provider })
    raise()
    await raised()
    expect(process.exit).toHaveBeenCalledExactlyOnceWith(1)
  })

  it('does nothing where the platform has no signals, and counts it', () => {
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
  it('follows the ends of the sessions', async () => {
    const tracing = startTracing()
    provider.forceFlush.mockImplementation(async () => {
      expect(tracing.sessions()).toHaveProperty(['session.end'], 's1')
    })
    const session = startSession({ sessionId: 's1' }, { tracerProvider: tracing.provider })
    remove = endSessionsOnSignals({ signals, provider })
    expect(await problemsUntilRaised()).toEqual({})
    expect(session.ended).toEqual({ state: 'indeterminate', reason: SIGNAL })
  })

  it('exports the ends of more sessions than a batch processor can queue', async () => {
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

  it('uses the global provider by default', async () => {
    const tracing = startTracing()
    const forceFlush = vi.spyOn(tracing.provider, 'forceFlush')
    trace.setGlobalTracerProvider(tracing.provider)
    remove = endSessionsOnSignals({ signals })
    expect(await problemsUntilRaised()).toEqual({})
    expect(forceFlush).toHaveBeenCalledTimes(1)
  })

  it('is counted as missing where there is no provider', async () => {
    remove = endSessionsOnSignals({ signals })
    expect(await problemsUntilRaised()).toEqual({ 'signals:no-flush': 1 })
  })

  it.each([
    ['throws', () => expect.fail('hostile')],
    ['rejects', () => Promise.reject(new Error('the collector is down'))],
  ])('that %s is counted, and the signal is sent again all the same', async (_, forceFlush) => {
    remove = endSessionsOnSignals({ signals, provider: { forceFlush } })
    expect(await problemsUntilRaised()).toEqual({ 'signals:flush-failed': 1 })
  })

  it('that exceeds the deadline is counted, and the signal is sent again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const never = { forceFlush: () => new Promise<void>(() => {}) }
    remove = endSessionsOnSignals({ signals, provider: never, timeoutMillis: 1000 })
    const problems = countProblems()
    raise()
    await vi.advanceTimersByTimeAsync(999)
    expect(process.kill).not.toHaveBeenCalled()
    expect(problems()).toEqual({})
    await vi.advanceTimersByTimeAsync(1)
    await raised()
    expect(problems()).toEqual({ 'signals:flush-late': 1 })
  })
})

describe('wrong options', () => {
  it.each([
    [
      { signals: [] },
      'endSessionsOnSignals: option signals must be an array of one or more signals such as SIGTERM',
    ],
    [{ signals: 'SIGTERM' }, 'it is a string of 7 characters'],
    [{ signals: ['SIGTREM'] }, 'endSessionsOnSignals: option signals'],
    [{ signals: ['TERM'] }, 'endSessionsOnSignals: option signals'],
    [{ signals: [SIGNAL, 'SIGKILL'] }, 'option signals: SIGKILL cannot be listened to'],
    [{ timeoutMillis: 0 }, 'option timeoutMillis must be a whole number from 1 to 2147483647, it is 0'],
    [{ provider: {} }, 'option provider must have a method forceFlush'],
    [{ timeout: 1 }, 'there is no option "timeout"'],
    [null, 'options must be an object, they are null'],
  ])('throw, and leave the installed listeners alone: %j', (options, message) => {
    remove = endSessionsOnSignals({ signals })
    expect(() => endSessionsOnSignals(options as never)).toThrow(message)
    expect(listeners()).toBe(1)
  })
})
