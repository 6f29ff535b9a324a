import { type Span, trace } from '@opentelemetry/api'
import { ownRecord, processSetup, reportMissingProcessor } from '@otel-sessions/semconv/internal'

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

/** The processors that wrap no other one. */
const LEAVES = [
  'BatchSpanProcessor',
  'SimpleSpanProcessor',
  'NoopSpanProcessor',
  'PersistentBatchSpanProcessor',
]

let accepted: SdkProvider | undefined

/**
 * Reports that the registered provider has no `SessionSpanProcessor`. Called when the function of a scope has returned
 * and no span of the scope was stamped. Without a provider, or with the API's own, there is nothing to stamp.
 */
export function checkProvider(): void {
  const registered = trace.getTracerProvider() as SdkProvider
  const provider = registered.getDelegate?.() ?? registered
  if (provider === accepted || typeof provider.forceFlush !== 'function') return
  if (mayHaveProcessor(provider)) accepted = provider
  else reportMissingProcessor('the registered one has none')
}

function mayHaveProcessor(provider: SdkProvider): boolean {
  const { processors, hasProcessor } = processSetup()
  if (!hasProcessor) return false
  const active = provider._activeSpanProcessor ?? provider.activeSpanProcessor
  const all = active?._spanProcessors ?? [active ?? {}]
  // One that is not known may be a wrapper.
  return all.some((one) => processors.has(one) || !LEAVES.includes(one.constructor.name))
}

/** Reports that the active span was recorded without a `SessionSpanProcessor`. */
export function checkActiveSpan(span: Span): void {
  const spanContext = span.spanContext()
  // A record of another version is one all the same, and not every frozen span context can have one.
  if (ownRecord(spanContext) !== undefined || Object.isFrozen(spanContext) || !span.isRecording()) return
  reportMissingProcessor('the active span is of one')
}

/** Notes that this process enters scopes, so that an exporter may expect the spans to have records. */
export function noteScope(): void {
  if (hasScopes) return
  hasScopes = true
  processSetup().hasScopes = true
}

let hasScopes = false
