import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'

// The key by which OpenTelemetry's own exporters keep their requests from being traced, and traced again, for ever.
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const UNTRACED = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true)

/** Runs a function in whose context nothing is traced, and which keeps nothing of the application's alive. */
export const untraced = <T>(fn: () => T): T => context.with(UNTRACED, fn)
