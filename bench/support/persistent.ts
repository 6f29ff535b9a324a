import type {
  PersistentBatchSpanProcessor,
  PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'

export type { DeliveryStats } from '@otel-sessions/exporter/persistent'

/** Our processor. It is loaded here, so that processes which measure others do not have it in memory. */
export async function persistentProcessor(
  options: PersistentBatchSpanProcessorOptions,
): Promise<PersistentBatchSpanProcessor> {
  const persistent = await import('@otel-sessions/exporter/persistent')
  return new persistent.PersistentBatchSpanProcessor(options)
}
