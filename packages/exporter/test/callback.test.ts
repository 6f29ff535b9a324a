import { type ExportResult, SessionSpanExporter, type SpanExporterLike } from '@otel-sessions/exporter'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ManualExporter, OK } from './support.ts'

const exportTo = (exporter: SessionSpanExporter<never>) =>
  new Promise<ExportResult>((resolve) => exporter.export([], resolve))

// Only timers that keep the process alive are listed.
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

afterEach(() => {
  vi.useRealTimers()
})

describe('the callback of an export', () => {
  it('is called with a failure when the wrapped exporter throws, and later batches are exported', async () => {
    const delegate = new ManualExporter()
    const broken = vi.spyOn(delegate, 'export').mockImplementationOnce(() => {
      throw new Error('no socket')
    })
    const exporter = new SessionSpanExporter(delegate)
    expect(await exportTo(exporter)).toMatchObject({ code: 1, error: { message: 'no socket' } })
    const second = exportTo(exporter)
    delegate.callbacks[0]?.(OK)
    expect(await second).toEqual(OK)
    expect(broken).toHaveBeenCalledTimes(2)
    expect(exporter.stats().failures).toEqual({ threw: 1 })
  })

  it('is called with a failure when the wrapped exporter is an async function that rejects', async () => {
    const delegate = new ManualExporter()
    vi.spyOn(delegate, 'export').mockImplementationOnce((async () => {
      throw new Error('no socket')
    }) as never)
    const exporter = new SessionSpanExporter(delegate)
    expect(await exportTo(exporter)).toMatchObject({ code: 1, error: { message: 'no socket' } })
    expect(exporter.stats().failures).toEqual({ threw: 1 })
  })

  it('is called with a failure when the wrapped exporter never calls back', async () => {
    const exporter = new SessionSpanExporter(new ManualExporter(), { exportTimeoutMillis: 5 })
    const keepsTheProcess = setInterval(() => {}, 1000)
    const result = await exportTo(exporter)
    clearInterval(keepsTheProcess)
    expect(result.code).toBe(1)
    expect(result.error?.message).toContain('within 5 ms')
    expect(exporter.stats().failures).toEqual({ 'timed-out': 1 })
  })

  it('is called once when the wrapped exporter calls back after the timeout, which is not counted as a second failure', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate, { exportTimeoutMillis: 5 })
    const callback = vi.fn()
    vi.useFakeTimers()
    exporter.export([], callback)
    vi.advanceTimersByTime(5)
    delegate.callbacks[0]?.(OK)
    expect(callback).toHaveBeenCalledTimes(1)
    expect(exporter.stats().failures).toEqual({ 'timed-out': 1 })
  })

  it('cancels the timer', () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    vi.useFakeTimers()
    exporter.export([], () => {})
    expect(vi.getTimerCount()).toBe(1)
    delegate.callbacks[0]?.(OK)
    expect(vi.getTimerCount()).toBe(0)
    expect(exporter.stats().failures).toEqual({})
  })

  it('does not keep the process alive while it is pending', () => {
    const before = timers()
    new SessionSpanExporter(new ManualExporter()).export([], () => {})
    expect(timers()).toBe(before)
  })

  it('gets the thrown value as a cause if it is not an Error', async () => {
    const delegate = new ManualExporter()
    vi.spyOn(delegate, 'export').mockImplementationOnce(() => {
      throw 'no socket'
    })
    const { error } = await exportTo(new SessionSpanExporter(delegate))
    expect(error).toMatchObject({ message: 'the wrapped exporter threw', cause: 'no socket' })
  })

  it('is called when the wrapped exporter gives no result, which counts as a failure', () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    const callback = vi.fn()
    exporter.export([], callback)
    expect(() => delegate.callbacks[0]?.(undefined as never)).not.toThrow()
    expect(callback).toHaveBeenCalledTimes(1)
    expect(exporter.stats().failures).toEqual({ result: 1 })
  })

  it('is called once when the wrapped exporter calls back twice; the second is counted', () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    const callback = vi.fn()
    exporter.export([], callback)
    delegate.callbacks[0]?.(OK)
    delegate.callbacks[0]?.({ code: 1, error: new Error('late') })
    expect(callback.mock.calls).toEqual([[OK]])
    expect(exporter.stats().failures).toEqual({ 'second-callback': 1 })
  })

  it('gets the failure of the wrapped exporter, which is counted', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    const result = exportTo(exporter)
    const failed = { code: 1, error: new Error('503') }
    delegate.callbacks[0]?.(failed)
    expect(await result).toBe(failed)
    expect(exporter.stats().failures).toEqual({ result: 1 })
  })

  it('may throw without an effect on the wrapped exporter', () => {
    const delegate = new ManualExporter()
    new SessionSpanExporter(delegate).export([], () => {
      throw new Error('processor')
    })
    expect(() => delegate.callbacks[0]?.(OK)).not.toThrow()
  })
})

describe('an export of something that is not a batch', () => {
  it('is answered by the wrapped exporter, and later exports work', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    exporter.export(undefined as never, () => {})
    delegate.callbacks[0]?.(OK)
    await expect(exporter.forceFlush()).resolves.toBeUndefined()
  })
})

describe('forceFlush', () => {
  it('waits for the exports in flight, then for the wrapped exporter', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    exporter.export([], () => {})
    const flushed = exporter.forceFlush()
    await Promise.resolve()
    expect(delegate.flushes).toBe(0)
    delegate.callbacks[0]?.(OK)
    await flushed
    expect(delegate.flushes).toBe(1)
  })

  it('keeps the process alive until it is done, and not after', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    const before = timers()
    exporter.export([], () => {})
    const flushed = exporter.forceFlush()
    expect(timers()).toBe(before + 1)
    delegate.callbacks[0]?.(OK)
    await flushed
    expect(timers()).toBe(before)
  })

  it('rejects at exportTimeoutMillis when the wrapped exporter hangs, with that message', async () => {
    const delegate = new ManualExporter()
    vi.spyOn(delegate, 'forceFlush').mockReturnValue(new Promise(() => {}))
    const exporter = new SessionSpanExporter(delegate, { exportTimeoutMillis: 5 })
    await expect(exporter.forceFlush()).rejects.toThrow('forceFlush did not finish within 5 ms')
  })

  it('works with an exporter without forceFlush', async () => {
    const delegate: SpanExporterLike<never> = { export: (_, done) => done(OK), shutdown: async () => {} }
    await expect(new SessionSpanExporter(delegate).forceFlush()).resolves.toBeUndefined()
  })
})

describe('shutdown', () => {
  it('reaches the wrapped exporter once, however often it is called, and later exports fail', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    await Promise.all([exporter.shutdown(), exporter.shutdown()])
    await exporter.shutdown()
    expect(delegate.shutdowns).toBe(1)
    expect((await exportTo(exporter)).code).toBe(1)
    expect(exporter.stats().failures).toEqual({ 'after-shutdown': 1 })
  })

  it('waits for the exports in flight, then shuts the wrapped exporter down', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    exporter.export([], () => {})
    const done = exporter.shutdown()
    await Promise.resolve()
    await Promise.resolve()
    expect(delegate.shutdowns).toBe(0)
    delegate.callbacks[0]?.(OK)
    await done
    expect(delegate.shutdowns).toBe(1)
  })

  it('reaches the wrapped exporter after half of the time although an export hangs', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate, { shutdownTimeoutMillis: 20 })
    vi.useFakeTimers()
    exporter.export([], () => {})
    const done = exporter.shutdown()
    await vi.advanceTimersByTimeAsync(9)
    expect(delegate.shutdowns).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(delegate.shutdowns).toBe(1)
    await done
  })

  it('rejects at its deadline when the wrapped exporter hangs, with that message', async () => {
    const delegate = new ManualExporter()
    vi.spyOn(delegate, 'shutdown').mockReturnValue(new Promise(() => {}))
    const exporter = new SessionSpanExporter(delegate, { shutdownTimeoutMillis: 5 })
    await expect(exporter.shutdown()).rejects.toThrow('shutdownTimeoutMillis 5')
  })
})
