import { type ExportResult, SessionSpanExporter, type SpanExporterLike } from '@otel-sessions/exporter'
import { describe, expect, it, vi } from 'vitest'
import { ManualExporter, OK } from './support.ts'

const exportTo = (exporter: SessionSpanExporter<never>) =>
  new Promise<ExportResult>((resolve) => exporter.export([], resolve))

describe('the callback of an export', () => {
  it('is called with a failure when the wrapped exporter throws, and later batches go on', async () => {
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

  it('is called with a failure when the wrapped exporter never calls back', async () => {
    const exporter = new SessionSpanExporter(new ManualExporter(), { exportTimeoutMillis: 5 })
    const keepsTheProcess = setInterval(() => {}, 1000)
    const result = await exportTo(exporter)
    clearInterval(keepsTheProcess)
    expect(result.code).toBe(1)
    expect(result.error?.message).toContain('within 5 ms')
    expect(exporter.stats().failures).toEqual({ 'timed-out': 1 })
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

  it('passes a failure on, and counts it', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    const result = exportTo(exporter)
    const failed = { code: 1, error: new Error('503') }
    delegate.callbacks[0]?.(failed)
    expect(await result).toBe(failed)
    expect(exporter.stats().failures).toEqual({ result: 1 })
  })

  it('that throws does not reach the wrapped exporter', () => {
    const delegate = new ManualExporter()
    new SessionSpanExporter(delegate).export([], () => {
      throw new Error('processor')
    })
    expect(() => delegate.callbacks[0]?.(OK)).not.toThrow()
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

  it('works with an exporter that has none', async () => {
    const delegate: SpanExporterLike<never> = { export: (_, done) => done(OK), shutdown: async () => {} }
    await expect(new SessionSpanExporter(delegate).forceFlush()).resolves.toBeUndefined()
  })
})

describe('shutdown', () => {
  it('reaches the wrapped exporter once, however often it is called, and refuses later batches', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate)
    await Promise.all([exporter.shutdown(), exporter.shutdown()])
    await exporter.shutdown()
    expect(delegate.shutdowns).toBe(1)
    expect((await exportTo(exporter)).code).toBe(1)
    expect(exporter.stats().failures).toEqual({ 'after-shutdown': 1 })
  })

  it('reaches the wrapped exporter although an export hangs', async () => {
    const delegate = new ManualExporter()
    const exporter = new SessionSpanExporter(delegate, { shutdownTimeoutMillis: 20 })
    exporter.export([], () => {})
    await exporter.shutdown()
    expect(delegate.shutdowns).toBe(1)
  })

  it('rejects at its deadline when the wrapped exporter hangs, saying so', async () => {
    const delegate = new ManualExporter()
    vi.spyOn(delegate, 'shutdown').mockReturnValue(new Promise(() => {}))
    const exporter = new SessionSpanExporter(delegate, { shutdownTimeoutMillis: 5 })
    await expect(exporter.shutdown()).rejects.toThrow('shutdownTimeoutMillis 5')
  })
})
