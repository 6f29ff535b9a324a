import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** What the processor says of itself, as far as the benches read it. */
export interface DeliveryStats {
  readonly ended: number
  readonly adopted: number
  readonly delivered: number
  readonly dropped: Readonly<Record<string, number>>
  readonly rejected: number
  readonly redelivered: number
  readonly requests: number
  readonly retried: number
  readonly queued: { readonly spans: number }
  readonly buffered: number
  readonly gate?: { readonly held: number } | undefined
}

export interface PersistentProcessor extends SpanProcessor {
  stats(): DeliveryStats
  redeliver(): Promise<number>
}

interface Module {
  readonly PersistentBatchSpanProcessor: new (options: object) => PersistentProcessor
}

/** Our processor. Its package is loaded here, so that processes which measure others do not have it in memory. */
export async function persistentProcessor(options: object): Promise<PersistentProcessor> {
  const name: string = '@otel-sessions/exporter/persistent'
  const { PersistentBatchSpanProcessor }: Module = await import(name)
  return new PersistentBatchSpanProcessor(options)
}
