import type { Span } from '@opentelemetry/api'
import {
  ownRecord,
  processState,
  registeredApi,
  reportMissingProcessor,
} from '@otel-sessions/semconv/internal'

/** What is read of a provider of the SDK; 1.x has `activeSpanProcessor`. */
interface SdkProvider {
  readonly forceFlush?: unknown
  readonly _activeSpanProcessor?: SpanProcessors
  readonly activeSpanProcessor?: SpanProcessors
  getDelegate?(): SdkProvider
}

interface SpanProcessors {
  readonly _spanProcessors?: readonly object[]
}

/** The names of processors that wrap no other one. One that is not known may be a wrapper. */
const LEAF = /^(Batch|Simple|Noop|PersistentBatch)SpanProcessor$/

const setup = processState()
let accepted: unknown

/**
 * Reports that the registered provider has no `SessionSpanProcessor`. Called when the function of a scope has returned
 * and no span of the scope was stamped. Without a provider, or with the API's own, there is nothing to stamp.
 */
export function checkProvider(): void {
  const registered = registeredApi().trace as SdkProvider | undefined
  // The API registers a proxy, whose provider stays the same.
  if (registered === accepted) return
  const provider = registered?.getDelegate?.() ?? registered
  const active = provider?._activeSpanProcessor ?? provider?.activeSpanProcessor
  const all = active?._spanProcessors ?? [active ?? {}]
  const mayHaveProcessor =
    setup.hasProcessor && all.some((one) => setup.processors.has(one) || !LEAF.test(one.constructor.name))
  if (mayHaveProcessor || typeof provider?.forceFlush !== 'function') accepted = registered
  else reportMissingProcessor('the registered provider')
}

/** Reports that the active span was recorded without a `SessionSpanProcessor`. */
export function checkActiveSpan(span: Span): void {
  const spanContext = span.spanContext()
  // A record of another version is one all the same, and not every frozen span context can have one.
  if (ownRecord(spanContext) !== undefined || Object.isFrozen(spanContext) || !span.isRecording()) return
  reportMissingProcessor('the provider of the active span')
}

/** Notes that this process enters scopes, so that an exporter may expect the spans to have records. */
export function noteScope(): void {
  setup.hasScopes = true
}
