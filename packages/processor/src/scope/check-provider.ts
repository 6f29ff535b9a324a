import type { Span } from '@opentelemetry/api'
import {
  logUnheard,
  ownRecord,
  processState,
  registeredApi,
  reportMissingProcessor,
} from '@otel-sessions/semconv/internal'
import type { SessionScope } from './scope.ts'

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
let reported: SessionScope | undefined

/**
 * Reports that the registered provider has no `SessionSpanProcessor`, once for a scope of which no span was stamped. Called
 * whenever the active span is read in a scope, as for each span that starts there, and when its function is over. Until
 * then a processor of another provider may stamp one. Without a provider, or with the API's own, there are no spans.
 */
export function checkProvider(scope: SessionScope | undefined, isOver?: boolean): void {
  if (scope === undefined || scope.shared !== undefined || scope === reported) return
  if (setup.hasProcessor && !isOver) return
  // The API registers a proxy, which may have another one, whose provider may come later.
  const provider = delegateOf(delegateOf(registeredApi().trace))
  if (provider === accepted || !provider?.forceFlush) return
  const active = provider._activeSpanProcessor ?? provider.activeSpanProcessor
  const all = active?._spanProcessors ?? [active ?? {}]
  if (
    setup.hasProcessor &&
    all.some((one) => setup.processors.has(one) || !LEAF.test(one.constructor.name))
  ) {
    accepted = provider
  } else {
    reported = scope
    reportMissingProcessor()
  }
}

const delegateOf = (provider: SdkProvider | undefined) => provider?.getDelegate?.() ?? provider

/** Reports that a span was recorded without a `SessionSpanProcessor`. Called for those that are active in a scope. */
export function checkSpan(span: Span): void {
  try {
    const spanContext = span.spanContext()
    // A record of another version is one all the same, and not every frozen span context can have one.
    if (ownRecord(spanContext) !== undefined || Object.isFrozen(spanContext)) return
    if (span.isRecording()) reportMissingProcessor()
  } catch {
    // A span of another library that throws.
  }
}

/** Notes that this process enters scopes, so that an exporter may expect the spans to have records. */
export function noteScope(): void {
  logUnheard()
  setup.hasScopes = true
}
