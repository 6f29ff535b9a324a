import { trace } from '@opentelemetry/api'
import { report } from '../../report/report.ts'
import { afterAtAnyPrice } from '../platform.ts'
import type { Flushable } from './options.ts'

/**
 * Flushes a provider, the global one where none is given, and keeps the process alive until then.
 *
 * @param sayMore says what else there is to flush, if there is: a batch processor's queue does not hold everything
 * @returns resolves when it is flushed, or has failed, or the time is over, which are counted; never rejects
 */
export function flushInTime(
  provider: Flushable | undefined,
  millis: number,
  sayMore: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = afterAtAnyPrice(millis, () => {
      report('signals:flush-late', () => `the flush on a signal did not finish within ${millis} ms`)
      resolve()
    })
    const failed = () => report('signals:flush-failed', () => 'the flush on a signal failed')
    flushAll(provider, sayMore)
      .catch(failed)
      .finally(() => {
        timer.cancel()
        resolve()
      })
  })
}

async function flushAll(given: Flushable | undefined, sayMore: () => boolean): Promise<void> {
  const provider = given ?? globalProvider()
  let isMore = true
  while (isMore) {
    isMore = sayMore()
    await provider?.forceFlush()
  }
}

/** The API's own object stands for the provider that was registered, and cannot flush. */
function globalProvider(): Flushable | undefined {
  const global = trace.getTracerProvider() as { getDelegate?: () => unknown }
  const provider = (global.getDelegate?.() ?? global) as Partial<Flushable>
  if (typeof provider.forceFlush === 'function') return provider as Flushable
  report('signals:no-flush', () => {
    return 'nothing is flushed on a signal: the global tracer provider cannot, or there is none; give endSessionsOnSignals a provider'
  })
  return undefined
}
