import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { SpanQueue } from '../queue/index.ts'
import type { DeliveryCounters } from '../stats.ts'
import type { Circuit, OutageLog } from './circuit.ts'
import type { Evidence } from './narrowing/evidence.ts'
import type { EarlierFailures } from './narrowing/parts.ts'
import type { Refusals } from './narrowing/refusals.ts'
import type { RequestSize } from './narrowing/request-size.ts'
import type { Clock, RequestObserver, Transport } from './types.ts'

/** What all deliveries of a sender share. */
export interface DeliveryContext {
  readonly queue: SpanQueue
  readonly transport: Transport
  readonly counters: DeliveryCounters
  readonly observer: RequestObserver | undefined
  readonly codecOf: (format: BodyFormat) => Codec
  readonly clock: Clock
  readonly circuit: Circuit
  readonly outages: OutageLog
  readonly size: RequestSize
  readonly refusals: Refusals
  readonly evidence: Evidence
  /** By the first of their bodies. */
  readonly earlier: WeakMap<Buffer, EarlierFailures>
}
