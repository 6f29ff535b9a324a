import { type Context, trace } from '@opentelemetry/api'
import { readRecord } from '@otel-sessions/semconv/internal'
import { DEFAULT_SETTINGS } from '../options.ts'
import { readScope } from '../scope/scope.ts'
import { isDecided } from './make-record.ts'
import { explicitNow, inferFromSurroundings, scopeDecides } from './start-rules.ts'

/**
 * Finds the ID of the session that a span gets from a context, as `getSession` does; null if it is cleared. The settings
 * are those of the active span's processor, else the defaults: a context without a span names no processor.
 */
export function sessionIdIn(context: Context): string | null | undefined {
  try {
    const scope = readScope(context)
    const span = trace.getSpan(context)
    const record = span && readRecord(span.spanContext())
    if (scope !== undefined && scopeDecides(scope, record)) return scope.id ?? null
    if (span !== undefined && record !== undefined && isDecided(record))
      return explicitNow(span, record) ?? null
    return inferFromSurroundings(context, span, record, record?.settings ?? DEFAULT_SETTINGS)?.id
  } catch {
    // A span of another library that throws has no session.
    return undefined
  }
}
