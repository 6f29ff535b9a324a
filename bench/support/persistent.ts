import type {
  PersistentBatchSpanProcessor,
  PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'

export type { DeliveryStats } from '@otel-sessions/exporter/persistent'

/** Creates our processor. It is loaded here, so that processes that measure others do not load it. */
export async function persistentProcessor(
  options: PersistentBatchSpanProcessorOptions,
): Promise<PersistentBatchSpanProcessor> {
  const persistent = await import('@otel-sessions/exporter/persistent')
  return new persistent.PersistentBatchSpanProcessor(options)
}
