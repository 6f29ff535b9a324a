import { trace } from '@opentelemetry/api'
import { usingSession } from 'otel-sessions'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { telemetryOf } from '../../src/register-sessions/telemetry.ts'
import { arrived, endSpan, register, useCollector } from './support.ts'

useCollector()

const REFUSES = 'http://127.0.0.1:1/v1/traces'

describe('stats', () => {
  test('are plain data about stamping, validation and delivery', async () => {
    const telemetry = register()
    usingSession('user_a_conv', () => endSpan('counted'))
    endSpan('without a session', { 'session.id': 'x'.repeat(300) })
    await arrived(telemetry, 'counted')
    const stats = telemetry.stats()
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats)
    expect(stats).toMatchObject({
      stamping: { started: { explicit: 1 } },
      validation: { spans: 2, waiting: 0 },
      delivery: { ended: 2, delivered: 2, queued: { spans: 0 } },
    })
    expect(stats.delivery).not.toHaveProperty('session')
  })

  test('have the problems of all packages, by their codes', () => {
    const telemetry = register()
    vi.stubEnv('OTEL_LOG_LEVEL', 'loud')
    usingSession('ä', () => endSpan('invalid'))
    register()
    const { problems } = telemetry.stats()
    expect(problems).toMatchObject({
      'session-id:not-ascii': 1,
      'register:again': 1,
      'environment:ignored': 1,
    })
    expect(Object.keys(problems).every((code) => /^[a-z-]+:[a-z-]+$/.test(code))).toBe(true)
  })

  test('count in the same object whatever is read from it', () => {
    const telemetry = register()
    const before = telemetry.stats()
    endSpan('later')
    expect(before.delivery?.ended).toBe(0)
    expect(telemetry.stats().delivery?.ended).toBe(1)
  })
})

describe('flush and shutdown', () => {
  test('a flush that cannot deliver rejects at the deadline, with what is left', async () => {
    const telemetry = register({ url: REFUSES, exportTimeoutMillis: 50, shutdownTimeoutMillis: 50 })
    endSpan('left')
    await expect(telemetry.flush()).rejects.toThrow(
      '1 span not delivered within 50 ms; still queued, and retried',
    )
  })

  test('the longest deadlines work', async () => {
    const longest = 2 ** 31 - 1
    const telemetry = register({ exportTimeoutMillis: longest, shutdownTimeoutMillis: longest })
    endSpan('in time')
    await telemetry.flush()
    expect(telemetry.stats().delivery?.delivered).toBe(1)
    await telemetry.shutdown()
  })

  test('the deadline of a flush can come from OTEL_BSP_EXPORT_TIMEOUT', async () => {
    vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '50')
    const telemetry = register({ url: REFUSES, shutdownTimeoutMillis: 50 })
    endSpan('left')
    await expect(telemetry.flush()).rejects.toThrow('within 50 ms')
  })

  test('a longer deadline of the variable is not cut short by the provider', async () => {
    vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '60000')
    const telemetry = register()
    const forceFlush = vi.spyOn(telemetry.provider, 'forceFlush')
    await telemetry.flush()
    expect(forceFlush).toHaveBeenCalledExactlyOnceWith({ timeoutMillis: 61_000 })
  })

  test('a variable that delivery ignores changes no deadline', async () => {
    vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '1.5')
    const telemetry = register()
    const forceFlush = vi.spyOn(telemetry.provider, 'forceFlush')
    await telemetry.flush()
    expect(forceFlush).toHaveBeenCalledExactlyOnceWith({ timeoutMillis: 31_000 })
  })

  test('a shutdown that cannot deliver rejects at the deadline, with what is lost', async () => {
    const telemetry = register({ url: REFUSES, shutdownTimeoutMillis: 50 })
    endSpan('lost')
    const shutdown = telemetry.shutdown()
    expect(telemetry.shutdown()).toBe(shutdown)
    await expect(shutdown).rejects.toThrow('spans are lost: 1 shutdown')
    expect(telemetry.stats().delivery?.dropped).toEqual({ shutdown: 1 })
  })

  test('spans that end after the shutdown are counted', async () => {
    const telemetry = register()
    await telemetry.shutdown()
    endSpan('late')
    expect(telemetry.stats().delivery?.dropped).toEqual({ 'after-shutdown': 1 })
  })

  test('the provider can be flushed and shut down as well', async () => {
    const telemetry = register()
    endSpan('by the provider')
    await telemetry.provider.forceFlush()
    expect(telemetry.stats().delivery?.delivered).toBe(1)
    await telemetry.provider.shutdown()
  })
})

describe('with a provider of somebody else', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const of = (methods: object) =>
    telemetryOf(
      { getTracer: trace.getTracer, forceFlush: async () => {}, shutdown: async () => {}, ...methods },
      { flushMillis: 30_000, shutdownMillis: 10_000 },
    )

  test('a flush that hangs is over soon after the deadline', async () => {
    const flush = of({ forceFlush: () => new Promise(() => {}) }).flush()
    const rejected = expect(flush).rejects.toThrow('flush did not finish within 32000 ms')
    await vi.advanceTimersByTimeAsync(32_000)
    await rejected
  })

  test('a provider has a second more than delivery, so that delivery can say what is left', async () => {
    const forceFlush = vi.fn(async () => {})
    await of({ forceFlush }).flush()
    expect(forceFlush).toHaveBeenCalledExactlyOnceWith({ timeoutMillis: 31_000 })
  })

  test('a shutdown that hangs is over soon after the deadline', async () => {
    const shutdown = of({ shutdown: () => new Promise(() => {}) }).shutdown()
    const rejected = expect(shutdown).rejects.toThrow('shutdown did not finish within 12000 ms')
    await vi.advanceTimersByTimeAsync(12_000)
    await rejected
  })

  test('methods that throw reject', async () => {
    const telemetry = of({
      forceFlush: () => {
        throw new Error('no flush')
      },
      shutdown: () => {
        throw new Error('no shutdown')
      },
    })
    await expect(telemetry.flush()).rejects.toThrow('no flush')
    await expect(telemetry.shutdown()).rejects.toThrow('no shutdown')
  })

  test('several errors of the SDK become one', async () => {
    const errors = [new Error('first'), new Error('second')]
    const flush = of({ forceFlush: () => Promise.reject(errors) }).flush()
    await expect(flush).rejects.toMatchObject({ message: 'flush: several processors failed', errors })
    await expect(of({ forceFlush: () => Promise.reject([errors[0]]) }).flush()).rejects.toBe(errors[0])
  })
})
